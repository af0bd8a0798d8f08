import { describe, expect, test } from 'vitest'
import { denialPolicy } from '#infra/aws/denials.ts'
import { account } from '#test/simulator/company.ts'
import { responderIn } from '#test/simulator/responder.ts'
import { house, type House } from './house.ts'
import { orderOf, statesOf, stolen } from './thefts.ts'

/** DESIGN 3.6: the cure never outruns the limits. */

const auto = ['reused-by-agent', 'reused-by-task']
const role = 'role/ledger-agent'
const ours = ({ aws }: House): string | null => aws.policyOn(account, role, denialPolicy)
const session = (task: string): string => `session:${role}/${task}`

describe('a protected principal', () => {
  const shielded = [`arn:aws:iam::${account}:${role}`]

  test('is refused in the plan, by machines and by people', async () => {
    const town = await house({ contain: { auto, protected: shielded } })
    const theft = await stolen(town, 'invoices-1')
    await town.pass(5_000)
    const [page = ''] = town.pages()
    const plan = await town.run(['contain', 'plan', page])
    expect(plan).toContain('protected: arn:aws:iam')
    await town.run(['contain', 'apply', page], 1)
    await town.pass(5_000)
    expect([ours(town), theft.tries(), town.orders()]).toEqual([null, 'ok', []])
  })

  test('is refused right before the cut, though it was proposed and approved', async () => {
    const town = await house({ contain: { approve: ['*'] } })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    const [page = ''] = town.pages()
    await town.run(['contain', 'stop'])
    await town.run(['approve', page])
    await town.restart({ approve: ['*'], protected: shielded })
    await town.run(['contain', 'resume'])
    await town.pass(5_000)
    expect(statesOf(town)).toEqual({ [session('invoices-1')]: 'expired' })
    expect(ours(town)).toBeNull()
    expect(town.heard().join()).toContain('not cut: deny session invoices-1')
  })
})

describe('what changed is not what was recorded', () => {
  test('settings that let a machine cut later cut nothing that stands: it is proposed, and waits for a person', async () => {
    const town = await house({ contain: {} })
    const theft = await stolen(town, 'invoices-1')
    await town.pass(5_000)
    expect(town.orders()).toEqual([])
    await town.restart({ auto })
    await town.pass(10_000)
    expect(statesOf(town)).toEqual({ [session('invoices-1')]: 'planned' })
    expect([ours(town), theft.tries()]).toEqual([null, 'ok'])
    await stolen(town, 'invoices-2')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-2')?.state).toBe('applied')
    expect(ours(town)).not.toContain('invoices-1')
    // And once more: nothing is proposed, or told, again.
    town.heard()
    await town.restart()
    await town.pass(10_000)
    expect(town.heard()).toEqual([])
    await town.run(['contain', 'apply', town.pages()[0] ?? ''])
    await town.pass(5_000)
    expect(theft.tries()).toBe('AccessDenied')
  })

  test('evidence that is withdrawn after a cut undoes nothing by itself: a person does', async () => {
    const town = await house({ contain: { auto } })
    const theft = await stolen(town, 'invoices-1')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('applied')
    town.heard()
    // The ledger's own orchestrator says in time that it was handed over.
    await town.report('orchestrator', {
      kind: 'task.started',
      id: 'handed-over',
      time: new Date(town.now()).toISOString(),
      task: 'invoices-1',
      agent: 'ledger',
      scope: { handOffTo: ['invoices-1-thief'] },
    })
    await town.pass(5_000)
    expect(town.heard().join()).toContain('its evidence is withdrawn, but the cut stays')
    expect(statesOf(town)).toEqual({ [session('invoices-1')]: 'withdrawn-still-contained' })
    await town.pass(30 * 60_000, 60_000)
    expect([ours(town)?.includes('invoices-1'), theft.tries()]).toEqual([true, 'AccessDenied'])
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect([ours(town), statesOf(town)]).toEqual([null, { [session('invoices-1')]: 'undone' }])
  })
})

describe('a machine', () => {
  test('cuts no more in an hour than it may; the next one waits for a person', async () => {
    const town = await house({ contain: { auto, autoHour: 1 } })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    await stolen(town, 'invoices-2')
    await town.pass(5_000)
    expect(statesOf(town)).toEqual({
      [session('invoices-1')]: 'applied',
      [session('invoices-2')]: 'planned',
    })
    expect(ours(town)).not.toContain('invoices-2')
    await town.run(['approve', orderOf(town, 'invoices-2')?.key ?? ''])
    await town.pass(2_000)
    expect(ours(town)).toContain('invoices-2')
  })

  test('cuts nothing any more once its cuts end badly, until a person says so', async () => {
    const town = await house({ contain: { auto, breakerAt: 1 } })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    await stolen(town, 'invoices-2')
    await town.pass(5_000)
    expect(await town.run(['contain', 'list'])).toContain('Breaker open')
    expect(orderOf(town, 'invoices-2')?.state).toBe('planned')
    await town.run(['contain', 'resume'])
    await stolen(town, 'invoices-3')
    await town.pass(5_000)
    // What was proposed meanwhile waits for a person all the same.
    expect(statesOf(town)).toEqual({
      [session('invoices-1')]: 'undone',
      [session('invoices-2')]: 'planned',
      [session('invoices-3')]: 'applied',
    })
  })

  test('counts what a person undid a moment ago, before anything else happens', async () => {
    const town = await house({
      contain: { auto, breakerAt: 1 },
      delivery: { delay: [0, 0] },
    })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    town.hold()
    await stolen(town, 'invoices-2')
    await town.release()
    expect(orderOf(town, 'invoices-2')?.state).toBe('planned')
  })

  test('goes by the settings of the process that serves, wherever a person decides', async () => {
    const town = await house({ contain: { auto, breakerAt: 3 } })
    // By default two bad ends open the breaker.
    for (const task of ['invoices-1', 'invoices-2']) {
      await stolen(town, task)
      await town.pass(5_000)
      await town.runElsewhere(['contain', 'undo', orderOf(town, task)?.key ?? ''])
      await town.pass(5_000)
    }
    expect(await town.run(['contain', 'list'])).not.toContain('Breaker open')
    await stolen(town, 'invoices-3')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-3')?.state).toBe('applied')
  })

  test('is stopped by the kill switch, which lets every undo through', async () => {
    const town = await house({ contain: { auto } })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    await town.run(['contain', 'stop', '--reason', 'drill'])
    await stolen(town, 'invoices-2')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-2')?.state).toBe('planned')
    await town.run(['approve', orderOf(town, 'invoices-2')?.key ?? ''])
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect(statesOf(town)).toEqual({
      [session('invoices-1')]: 'undone',
      [session('invoices-2')]: 'approved',
    })
    expect(ours(town)).toBeNull()
    await town.run(['contain', 'resume'])
    await town.pass(60_000)
    expect(ours(town)).toContain('invoices-2')
  })

  test('cuts nothing while it does not know who it is, and says so; then it does', async () => {
    let own = ''
    const town = await house({
      contain: { auto },
      responder: (aws) => {
        const made = responderIn(aws)
        own = made.key
        aws.setKeyStatus(own, 'Inactive')
        return made
      },
    })
    const theft = await stolen(town, 'invoices-1')
    await town.pass(5 * 60_000, 5_000)
    expect([ours(town), theft.tries()]).toEqual([null, 'ok'])
    expect(town.heard().join()).toMatch(/could not be cut|hangs/)
    expect(statesOf(town)).not.toHaveProperty(session('invoices-1'), 'applied')
    town.aws.setKeyStatus(own, 'Active')
    await town.run(['contain', 'apply', town.pages()[0] ?? ''])
    await town.pass(2 * 60_000, 5_000)
    expect(ours(town)).toContain('invoices-1')
  })
})
