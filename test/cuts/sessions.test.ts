import { describe, expect, test } from 'vitest'
import { denialPolicy } from '#infra/aws/denials.ts'
import { account } from '#test/simulator/company.ts'
import { house, type House, type HouseOptions } from './house.ts'
import { orderOf, stolen, tried, used } from './thefts.ts'

/** DESIGN 3.4 to 3.7, each as a whole: found, cut, seen refused or quiet, undone to what was there. */

const role = 'role/ledger-agent'
const minute = 60_000

describe('a session that another agent works with', () => {
  test('is cut, seen refused, and undone to exactly what was there: the policies of others, and our cut of another session', async () => {
    const town = await house()
    const { aws, company } = town
    const guardrail = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }],
    })
    aws.setPolicy(account, role, 'TeamGuardrail', guardrail)
    const ours = () => aws.policyOn(account, role, denialPolicy)
    const others = () => ['Work', 'TeamGuardrail'].map((name) => aws.policyOn(account, role, name))
    const before = others()

    const first = await stolen(town, 'invoices-1')
    await town.pass(5_000)
    const firstCut = ours()
    expect(firstCut).toContain(':invoices-1')
    const bystander = await company.issue('ledger', 'invoices-3')
    const second = await stolen(town, 'invoices-2')
    await town.pass(5_000)
    expect(ours()).toContain(':invoices-2')
    expect([first.tries(), second.tries()]).toEqual(['AccessDenied', 'AccessDenied'])
    expect((await used(town, 'ledger', 'invoices-3', bystander.credential)).ok).toBe(true)
    await town.pass(5_000)
    for (const task of ['invoices-1', 'invoices-2'])
      expect(orderOf(town, task)).toMatchObject({ state: 'verified', verified: { on: 'denied' } })
    expect(others()).toEqual(before)

    await town.run(['contain', 'undo', orderOf(town, 'invoices-2')?.key ?? ''])
    await town.pass(2_000)
    expect(orderOf(town, 'invoices-2')?.state).toBe('undone')
    expect(ours()).toBe(firstCut)
    expect([first.tries(), second.tries()]).toEqual(['AccessDenied', 'ok'])
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect([ours(), others()]).toEqual([null, before])
    expect(first.tries()).toBe('ok')

    // The page stands on the thief's own call.
    const shown = JSON.parse(await town.run(['incidents', 'show', town.pages()[0] ?? '', '--json']))
    expect(shown.evidence).toContainEqual(
      expect.objectContaining({
        class_uid: 6003,
        api: expect.objectContaining({ request: { uid: first.requestId } }),
        src_endpoint: { ip: '203.0.113.66' },
      }),
    )

    // A person has spoken: what goes on as before is no reason to cut again.
    await town.pass(10 * minute, 10_000)
    expect(town.orders().map(({ state, episode }) => [state, episode])).toEqual([
      ['undone', 1],
      ['undone', 1],
    ])
    expect(await town.run(['audit', 'verify'])).toContain('intact')
  })
})

describe('what a cut is verified by', () => {
  const cut = async (options: HouseOptions = {}) => {
    const town = await house(options)
    const theft = await stolen(town, 'invoices-1')
    await town.pass(2_000)
    town.heard()
    return { town, theft, order: () => orderOf(town, 'invoices-1') }
  }
  const words = async (town: House, ms = 5_000) => {
    await town.pass(ms)
    return town.heard().map((each) => each.split(': ')[1])
  }

  test('refusals that come twice, late and the last one first are one verification, told once', async () => {
    const { town, theft, order } = await cut()
    town.hold()
    for (let n = 0; n < 3; n++) {
      theft.tries()
      await town.pass(20_000)
    }
    await town.pass(20 * minute, 10_000)
    expect(order()?.state).toBe('applied')
    await town.release((records) => [...records.toReversed(), ...records])
    expect(await words(town)).toEqual(['verified, denied'])
    await town.release((records) => records)
    expect(await words(town)).toEqual([])
    expect(order()).toMatchObject({ state: 'verified', verified: { on: 'denied' } })
  })

  test('a success while it spreads breaches nothing, however late its record; one after that does, and is escalated', async () => {
    const { town, theft, order } = await cut({ propagation: [4_000, 4_000] })
    expect(order()?.state).toBe('applied')
    town.hold()
    expect(theft.tries()).toBe('ok')
    await town.pass(5_000)
    expect(theft.tries()).toBe('AccessDenied')
    await town.pass(2_000)
    await town.release((records) => records.toReversed())
    expect(await words(town)).toEqual(['verified, denied'])

    await town.pass(2 * minute)
    town.aws.setPolicy(account, role, denialPolicy, null)
    town.hold()
    expect(theft.tries()).toBe('ok')
    await town.pass(2 * minute, 5_000)
    await town.release()
    expect(await words(town)).toEqual(['breached', 'still acts after the cut'])
    expect(order()?.state).toBe('escalated')
  })

  test('a call that was refused before the cut as well proves nothing', async () => {
    const town = await house()
    const forbidden = { service: 'ses', action: 'SendEmail' }
    const { company } = town
    await company.start('ledger', 'invoices-1')
    const { credential } = await company.issue('ledger', 'invoices-1')
    expect(tried(town, credential, forbidden)).toBe('AccessDenied')
    await town.pass(2_000)
    await used(town, 'ledger', 'invoices-1', credential)
    await used(town, 'support', 'newsletter', credential)
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('applied')
    expect(tried(town, credential, forbidden)).toBe('AccessDenied')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('applied')
    expect(tried(town, credential)).toBe('AccessDenied')
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('verified')
  })

  test('silence counts only once every source is past it and the cut was read back; a refusal after that changes nothing', async () => {
    const { town, theft, order } = await cut()
    await town.pass(6 * minute, 5_000)
    expect(order()?.reads.map(({ standing }) => standing)).toEqual(Array(3).fill('in-force'))
    await town.complete(town.now() - 10 * minute)
    expect(await words(town)).toEqual([])
    await town.pass(20 * minute, 30_000)
    await town.complete(town.now() - minute)
    expect(await words(town)).toEqual(['verified, quiet'])
    theft.tries()
    expect(await words(town)).toEqual([])
    expect(order()).toMatchObject({ state: 'verified', verified: { on: 'quiet' } })
  })

  test('nothing is known of an account that no source covers: people are told, and it stays unverified', async () => {
    const { town, order } = await cut()
    await town.pass(50 * minute, 30_000)
    expect(await words(town)).toEqual(['not verified after 45 minutes'])
    expect(order()).toMatchObject({ state: 'applied', verified: null })
  })
})
