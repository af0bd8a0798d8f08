import { describe, expect, it } from 'vitest'
import { checkChain } from '#shared/facts/chain.ts'
import {
  account,
  bench,
  child,
  finding,
  heldBy,
  minute,
  node,
  other,
  seen,
  start,
  theft,
  use,
  type Bench,
} from '#test/contain.ts'

const key = 'disable-key/key:AKIAEXAMPLE1/1'
const session = `deny-session/session:${account}/role/work/run-7/1`
const auto = { mode: 'auto' } as const
const approve = { mode: 'approve' } as const

/** A bench on which the theft was cut by a machine. */
async function cut(policy: Parameters<typeof bench>[0] = auto): Promise<Bench> {
  const on = bench(policy)
  on.incidents.set('inc-1', theft())
  on.hear(['inc-1'])
  await on.pass()
  return on
}

const isIntact = ({ store }: Bench): boolean => checkChain(store.links(), [store.head()]).intact

describe('containment', () => {
  it('only plans in mode observe, and cuts nothing even if asked', async () => {
    const on = bench()
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'])
    await on.pass()
    expect(on.store.plan('inc-1')?.options[0]?.cuts).toHaveLength(2)
    expect(await on.ask('apply', 'inc-1')).toContain(
      'refused: every detection of it is in mode observe',
    )
    expect(on.states()).toEqual({})
    expect(on.world.changes).toEqual([])
  })

  it('cuts the key and the session that it made, at once, where everything lets a machine act', async () => {
    const on = await cut()
    expect(on.states()).toEqual({ [key]: 'applied', [session]: 'applied' })
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Inactive')
    expect(on.world.entities.get('role/work')?.document).toContain('AROAWORK:run-7')
    expect(isIntact(on)).toBe(true)
  })

  it('asks a person in mode approve, once, and cuts when he approves', async () => {
    const on = await cut(approve)
    on.hear(['inc-1'])
    expect(on.states()).toEqual({ [key]: 'planned', [session]: 'planned' })
    expect(on.told.filter(({ says }) => says.startsWith('proposed'))).toHaveLength(1)
    const hash = on.store.plan('inc-1')?.options[0]?.hash
    expect(await on.ask('approve', 'inc-1', hash)).toContain('done: approved')
    expect(on.states()).toEqual({ [key]: 'applied', [session]: 'applied' })
  })

  it('refuses an approval of a plan that is another one by now', async () => {
    const on = await cut(approve)
    const hash = on.store.plan('inc-1')?.options[0]?.hash
    const { incident, tree } = theft()
    on.incidents.set('inc-1', { incident, tree: { ...tree, others: [other()] } })
    on.hear(['inc-1'])
    expect(await on.ask('approve', 'inc-1', hash)).toContain(
      'refused: the plan is not what you saw',
    )
    expect(on.world.changes).toEqual([])
  })

  it('looks once more before the cut: whoever would be hurt now and was not shown stops it', async () => {
    const on = await cut(approve)
    const { incident, tree } = theft()
    on.incidents.set('inc-1', { incident, tree: { ...tree, others: [other()] } })
    await on.ask('approve', 'inc-1')
    expect(on.states()).toEqual({ [key]: 'applied', [session]: 'expired' })
    expect(on.told.some(({ says }) => says.includes('it would hurt 1, and 0 were shown'))).toBe(
      true,
    )
  })

  it('lets a denied proposal rest until something new is found', async () => {
    const on = await cut(approve)
    expect(await on.ask('deny', 'inc-1')).toContain('done: denied')
    on.hear(['inc-1'])
    expect(on.states()).toEqual({ [key]: 'rejected', [session]: 'rejected' })
    on.incidents.set('inc-1', theft('inc-1', [finding('reuse-by-task'), finding('after-end')]))
    on.hear(['inc-1'])
    expect(on.states()).toEqual({ [key]: 'planned', [session]: 'planned' })
  })

  it('lets a proposal lapse that nobody answers', async () => {
    const on = await cut(approve)
    await on.pass(25 * 60 * minute)
    expect(on.states()).toEqual({ [key]: 'expired', [session]: 'expired' })
    on.hear(['inc-1'])
    expect(on.states()).toEqual({ [key]: 'expired', [session]: 'expired' })
  })

  it('verifies by a refusal that was none before, never because the cloud said yes', async () => {
    const on = await cut()
    on.frontier = on.now + 5 * minute
    await on.pass(6 * minute)
    expect(on.states()[session]).toBe('applied')
    const denied = {
      key: 'ASIAEXAMPLE2',
      principal: `${account}/role/work/run-7`,
      created: start - 2 * minute,
      error: 'denied',
    } as const
    on.hear([], [use(start - minute, denied)])
    await on.pass()
    expect(on.states()[session]).toBe('applied')
    on.hear([], [use(start + 2000, denied)])
    await on.pass()
    expect(on.states()).toEqual({ [key]: 'applied', [session]: 'verified' })
    expect(on.store.order(session)?.verified).toMatchObject({
      on: 'denied',
      record: `use-${start + 2000}`,
    })
  })

  it('counts no refusal that the session always got', async () => {
    const on = bench(auto)
    const { incident, tree } = theft()
    const members = [
      node({ findings: incident.findings.map((f) => f.key) }),
      child({ refused: ['s3:ListBuckets'] }),
    ]
    on.incidents.set('inc-1', { incident, tree: { ...tree, members } })
    on.hear(['inc-1'])
    await on.pass()
    on.hear(
      [],
      [use(start + 2000, { key: 'ASIAEXAMPLE2', created: start - 2 * minute, error: 'denied' })],
    )
    await on.pass()
    expect(on.states()[session]).toBe('applied')
  })

  it('verifies by silence only with three read-backs and every source past it', async () => {
    const on = await cut()
    for (const wait of [5_000, 25_000, 270_000]) await on.pass(wait)
    on.frontier = start + 15 * minute
    await on.pass(60 * minute)
    expect(on.states()[key]).toBe('applied')
    expect(on.told.some(({ says }) => says.startsWith('not verified after'))).toBe(true)
    on.frontier = start + 16 * minute
    await on.pass()
    expect(on.store.order(key)).toMatchObject({ state: 'verified', verified: { on: 'quiet' } })
  })

  it('is breached by a success that came later, and escalates, even after it was verified', async () => {
    const on = await cut()
    for (const wait of [5_000, 25_000, 270_000]) await on.pass(wait)
    on.frontier = start + 60 * minute
    await on.pass(60 * minute)
    expect(on.states()[key]).toBe('verified')
    on.hear([], [use(start + 30_000)])
    await on.pass()
    expect(on.states()[key]).toBe('verified')
    on.hear([], [use(start + 2 * minute)])
    await on.pass()
    expect(on.states()[key]).toBe('breached')
    await on.pass()
    expect(on.states()[key]).toBe('escalated')
    expect(on.told.at(-1)?.says).toContain('still acts after the cut')
  })

  it('sees that somebody else took a cut off', async () => {
    const on = await cut()
    on.world.keys.set('AKIAEXAMPLE1', 'Active')
    await on.pass(30_000)
    expect(on.states()[key]).toBe('escalated')
  })

  it('undoes to what was there before, and leaves what others made', async () => {
    const on = await cut()
    await on.actuator.apply(
      {
        kind: 'deny-session',
        account,
        role: 'work',
        session: 'run-9',
        issuedBefore: start,
      },
      { kind: 'deny-session', entity: 'AROAWORK', issuedBefore: null, document: null },
      'of somebody else',
    )
    expect(await on.ask('undo', 'inc-1')).toContain('done: undoing')
    expect(on.states()).toEqual({ [key]: 'undone', [session]: 'undone' })
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Active')
    const left = on.world.entities.get('role/work')?.document
    expect(left).toContain('run-9')
    expect(left).not.toContain('run-7')
    expect(isIntact(on)).toBe(true)
  })

  it('leaves a key inactive that was so before', async () => {
    const on = bench(auto)
    on.world.keys.set('AKIAEXAMPLE1', 'Inactive')
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'])
    await on.pass()
    await on.ask('undo', key)
    expect(on.states()[key]).toBe('undone')
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Inactive')
  })

  it('does not undo what somebody changed since', async () => {
    const on = await cut()
    const role = on.world.entities.get('role/work')
    if (role) role.document = '{"Version":"2012-10-17","Statement":"ours no more"}'
    await on.ask('undo', session)
    expect(on.states()[session]).toBe('escalated')
  })

  it('does not cut again what a person set free, unless something new is found, and then asks', async () => {
    const on = await cut()
    await on.ask('undo', 'inc-1')
    on.hear(['inc-1'])
    await on.pass()
    expect(on.states()).toEqual({ [key]: 'undone', [session]: 'undone' })
    on.incidents.set('inc-1', theft('inc-1', [finding('reuse-by-task'), finding('after-end')]))
    on.hear(['inc-1'])
    await on.pass()
    expect(on.states()['disable-key/key:AKIAEXAMPLE1/2']).toBe('planned')
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Active')
  })

  it('keeps the cut when its evidence is withdrawn, and proposes the undo', async () => {
    const on = await cut()
    on.incidents.delete('inc-1')
    on.hear(['inc-1'])
    await on.pass()
    expect(on.states()).toEqual({
      [key]: 'withdrawn-still-contained',
      [session]: 'withdrawn-still-contained',
    })
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Inactive')
    expect(on.told.at(-1)?.says).toContain('contain undo')
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'])
    expect(on.states()[key]).toBe('applied')
  })

  it('makes one order of one cut that two incidents want', async () => {
    const on = await cut()
    on.incidents.set('inc-2', theft('inc-2'))
    on.hear(['inc-2'])
    await on.pass()
    expect(Object.keys(on.states())).toHaveLength(2)
    expect(on.store.order(key)?.incidents).toEqual(['inc-1', 'inc-2'])
    expect(await on.ask('undo', 'inc-1')).toContain('refused')
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Inactive')
  })

  it('cuts what the tree grew by after the cut', async () => {
    const on = await cut()
    on.world.entities.set('role/deep', { id: 'AROADEEP', document: null })
    const before = theft()
    const grand = child({
      credential: 'ASIAEXAMPLE9',
      principal: `${account}/role/deep/x`,
      from: 'ASIAEXAMPLE2',
    })
    on.incidents.set('inc-1', {
      ...before,
      tree: { ...before.tree, members: [...before.tree.members, grand] },
    })
    const issue = {
      call: 'AssumeRole',
      key: 'ASIAEXAMPLE9',
      child: `${account}/role/deep/x`,
      expires: 0,
      copy: 'caller',
      shared: '',
      tags: {},
      sourceIdentity: '',
      sessionName: 'x',
      description: '',
      by: 'session',
      weight: 1,
    } as const
    on.hear(
      [],
      [use(start + 500, { key: 'ASIAEXAMPLE2', created: start - 2 * minute, rare: { issue } })],
    )
    await on.pass()
    expect(on.states()[`deny-session/session:${account}/role/deep/x/1`]).toBe('applied')
  })
})

describe('guards', () => {
  const never = finding('reuse-by-task', { never: 'auto' })
  it.each([
    ['a finding that rests on a claim', theft('inc-1', [never])],
    [
      'a holder that is only claimed',
      seen(
        'inc-1',
        { members: [node({ findings: [finding('x').key], holder: heldBy('t', 'claimed') })] },
        [finding('x')],
      ),
    ],
    ['somebody who would be hurt', { ...theft(), tree: { ...theft().tree, others: [other()] } }],
    ['a tree that is not seen whole', { ...theft(), tree: { ...theft().tree, cut: true } }],
    [
      'a member that cannot be cut',
      {
        ...theft(),
        tree: {
          ...theft().tree,
          members: [
            ...theft().tree.members,
            node({ credential: 'password:x', from: 'AKIAEXAMPLE1' }),
          ],
        },
      },
    ],
  ])('no machine cuts: %s', async (_name, story) => {
    const on = bench(auto)
    on.incidents.set('inc-1', story)
    on.hear(['inc-1'])
    await on.pass()
    expect(Object.values(on.states()).every((state) => state === 'planned')).toBe(true)
    expect(on.world.changes).toEqual([])
  })

  it('nothing automatic follows from a new version', async () => {
    const on = bench(auto)
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'], [], 'version')
    await on.pass()
    expect(on.states()[key]).toBe('planned')
  })

  it.each([
    [`${account}/user/agent`],
    ['AKIAEXAMPLE1'],
    [`arn:aws:iam::${account}:user/agent`],
    [`${account}/user/*`],
  ])('a protected identity is never cut, whoever asks: %s', async (entry) => {
    const on = bench({ ...auto, protected: [entry] })
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'])
    expect(await on.ask('apply', 'inc-1')).toContain('left out: protected')
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Active')
  })

  it('a flood of incidents cuts no more than the caps, and the rest waits for a person', async () => {
    const on = bench({ ...auto, autoHour: 3 })
    const handles = Array.from({ length: 8 }, (_, i) => `inc-${i}`)
    for (const [i, handle] of handles.entries()) {
      const id = `AKIAEXAMPLE${i}`
      on.world.keys.set(id, 'Active')
      const found = finding('reuse-by-task', { session: id })
      on.incidents.set(
        handle,
        seen(handle, { members: [node({ credential: id, findings: [found.key] })] }, [found]),
      )
    }
    on.hear(handles)
    await on.pass()
    expect([...on.world.keys.values()].filter((status) => status === 'Inactive')).toHaveLength(3)
    expect(Object.values(on.states()).filter((state) => state === 'planned')).toHaveLength(5)
  })

  it('the breaker opens when automatic cuts end badly, and a person closes it', async () => {
    const on = await cut({ ...auto, breakerAt: 1 })
    await on.ask('undo', 'inc-1')
    expect(on.store.control().breaker?.reason).toContain('1 automatic decisions')
    const found = finding('reuse-by-task', { session: 'AKIAEXAMPLE5' })
    on.world.keys.set('AKIAEXAMPLE5', 'Active')
    on.incidents.set(
      'inc-5',
      seen('inc-5', { members: [node({ credential: 'AKIAEXAMPLE5', findings: [found.key] })] }, [
        found,
      ]),
    )
    on.hear(['inc-5'])
    await on.pass()
    expect(on.world.keys.get('AKIAEXAMPLE5')).toBe('Active')
    on.now += minute
    await on.ask('resume', '')
    expect(on.store.control().breaker).toBeNull()
  })

  it('the kill switch holds back every cut, and lets undo through', async () => {
    const on = await cut()
    await on.ask('stop', '')
    await on.ask('undo', key)
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Active')
    await on.ask('apply', 'inc-1')
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Active')
    await on.ask('resume', '')
    await on.pass(2 * minute)
    expect(on.world.keys.get('AKIAEXAMPLE1')).toBe('Inactive')
  })

  it('never cuts ourselves, and nothing where it is not known who we are', async () => {
    const on = bench(auto)
    const us = finding('reuse-by-task', { session: 'us' })
    const self = child({
      principal: `${account}/role/keytrail-responder/other`,
      findings: [us.key],
      from: '',
    })
    on.incidents.set('inc-1', seen('inc-1', { members: [self] }, [us]))
    const foreign = finding('reuse-by-task', { session: 'foreign' })
    const far = node({
      principal: '999988887777/user/x',
      credential: 'AKIAFOREIGN',
      findings: [foreign.key],
    })
    on.incidents.set('inc-2', seen('inc-2', { members: [far] }, [foreign]))
    on.hear(['inc-1', 'inc-2'])
    await on.pass()
    on.hear(['inc-1'])
    await on.pass()
    expect(
      Object.values(on.states()).every((state) => state === 'expired' || state === 'failed'),
    ).toBe(true)
    expect(on.world.changes).toEqual([])
  })
})

describe('crashes', () => {
  it('reads back before it repeats a call whose answer was lost', async () => {
    const on = bench(auto)
    on.world.mishaps.push('answer-lost', 'throttled')
    on.incidents.set('inc-1', theft())
    on.hear(['inc-1'])
    await on.pass()
    expect(on.states()).toEqual({ [key]: 'sent', [session]: 'sent' })
    on.restart()
    await on.pass(2_000)
    expect(on.states()).toEqual({ [key]: 'applied', [session]: 'applied' })
    expect(on.world.changes).toHaveLength(2)
  })
})
