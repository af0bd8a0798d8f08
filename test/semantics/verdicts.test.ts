import { describe, expect, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import { detect } from '#services/detect/detect.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections } from '#services/detect/detections/index.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { engine } from '#services/pipeline.ts'
import { noHolder } from '#shared/messages/holder.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { home, issuing, keyId, type Credential } from '#test/properties/records.ts'
import { broker, call, lent, orders, registered, run, runner, user } from './cast.ts'

/** SEMANTICS D, E and G: verdicts and incidents, time, and what is compared. */

const stop = { service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } }

/** Each record is a unit of its own: what was raised, changed and withdrawn, and which incidents stood after each. */
function history(records: readonly unknown[]) {
  const effects = memoryEffects()
  const policy = { ...defaultPolicy, issuers: new Set([`${home}/role/broker`]) }
  const { unit } = engine({ partitions: 3, policy, detections, recentMax: 100 })
  return records.map((value, at) => {
    const mapped = normalise(
      { pointer: { source: 'test', offset: 0 }, value },
      { trustedAccounts: new Set() },
    )
    if (mapped.as !== 'mapped') throw new Error(`not mapped: ${JSON.stringify(mapped)}`)
    const { record, activities } = mapped
    const difference = effects.commit(unit([{ to: 'normalise', key: record, activities }]), at)
    return { ...difference, ...effects.standing() }
  })
}

test('D1: only the session that changed is judged again, however many the subject has', () => {
  let judged = 0
  const counting: Detection = {
    id: 'counting',
    version: 1,
    title: 'counts',
    severity: 'low',
    attack: [],
    why: '',
    falseAlarms: '',
    reads: [],
    wait: '',
    withdrawnBy: '',
    fires: [],
    silent: [],
    judge: () => {
      judged++
      return []
    },
  }
  const step = detect([counting], defaultPolicy)
  const state = step.initial()
  const facts = (session: string, revision: number): SessionFacts => ({
    session,
    revision,
    principal: `${home}/role/runner/${session}`,
    identity: 'role',
    account: home,
    created: 0,
    console: false,
    hiddenIssue: false,
    instance: '',
    subject: 'agent:a-1',
    leaseRoot: session,
    holder: noHolder,
    conflicts: [],
    path: [],
    keys: [],
    actors: [],
    places: [],
    crowded: false,
    neighbours: [],
    denied: [],
    harvest: [],
    deeds: [],
    targets: {},
    coveredFrom: Infinity,
    frontier: -Infinity,
  })
  const tell = (session: string, revision: number): void =>
    step.apply(state, {
      to: 'detect',
      kind: 'facts',
      key: 'agent:a-1',
      facts: facts(session, revision),
    })
  for (let i = 0; i < 500; i++) tell(`s-${i}`, i + 1)
  step.flush(state)
  expect(judged).toBe(500)
  tell('s-7', 1_000)
  tell('s-7', 1_001)
  tell('s-8', 3)
  step.flush(state)
  expect(judged).toBe(501)
})

describe('D2, D3: the agent is learnt after the finding', () => {
  const agent = registered('a-1', { principals: [`arn:aws:iam::${home}:role/runner`] })
  const steps = history([call(2, runner, stop), agent, lent()])
  const [raised, moved, leased] = steps

  test('D2: a move to another subject changes the finding and withdraws nothing', () => {
    expect(raised?.raised).toHaveLength(1)
    expect(moved).toMatchObject({ raised: [], withdrawn: [], changed: raised?.raised })
    expect(leased).toMatchObject({ raised: [], withdrawn: [] })
    expect(steps.map(({ findings }) => findings.map(({ subject }) => subject))).toEqual([
      [`principal:${home}/role/runner/run`],
      ['agent:a-1'],
      ['agent:a-1'],
    ])
  })

  test('D3: the incident keeps its handle, and is never closed on the way', () => {
    const handles = steps.map(({ incidents }) => incidents.map(({ id }) => id))
    expect(handles[0]).toHaveLength(1)
    expect(handles).toEqual([handles[0], handles[0], handles[0]])
  })
})

test('D5: an incident is as grave as its gravest member, and posture is none', async () => {
  const bob = keyId('AKIA', 9)
  const made = {
    service: 'iam',
    action: 'CreateAccessKey',
    params: { userName: 'bob' },
    response: { accessKey: { userName: 'bob', accessKeyId: bob } },
  }
  const refusals = Array.from({ length: 12 }, (_, i) =>
    call(20 + i, user('eve', 5), { at: i, service: 'iam', action: `List${i}`, denied: true }),
  )
  const { incidents } = await run([...refusals, call(2, user('eve', 5), { at: 20, ...made })])
  const order = ['low', 'medium', 'high', 'critical']
  for (const { severity, findings } of incidents) {
    const members = findings.map((finding) => order.indexOf(finding.severity))
    expect(members).not.toContain(-1)
    expect(order.indexOf(severity)).toBeGreaterThanOrEqual(Math.max(...members))
  }
  expect(incidents.length).toBeGreaterThan(0)
})

describe('E: time', () => {
  const stray: Credential = { ...runner, session: 'stray', key: keyId('ASIA', 7), created: 7_200 }
  const use = call(2, stray, { at: 7_300 })
  const issue = call(3, broker, { at: 7_200, ...issuing(stray) })
  const early = call(4, broker, { at: 0 })
  const found = async (records: readonly unknown[], covers: readonly string[]) =>
    (await run(records, { covers, batch: 1 })).findings.map(({ detection }) => detection)

  test('E1: that a record is missing is told only where coverage is declared', async () => {
    expect(await found([early, use], [])).not.toContain('used-without-issue')
    expect(await found([early, use], [home])).toContain('used-without-issue')
    expect(await found([use], [`${home}@2026-05-04T10:00:00Z`])).toContain('used-without-issue')
    expect(await found([use], [`${home}@2026-05-04T12:00:00Z`])).not.toContain('used-without-issue')
  })

  test('E3: in a replay nothing is late: the issue may be the very last record', async () => {
    for (const records of orders([early, use, issue]))
      expect(await found(records, [home])).not.toContain('used-without-issue')
  })
})

test('G2: evidence is the earliest fifty by time and id, beside the count of all', async () => {
  const refusals = Array.from({ length: 80 }, (_, i) =>
    call(100 + i, user('eve', 5), {
      at: Math.floor(i / 2),
      service: 'iam',
      action: 'GetRole',
      denied: true,
      params: { roleName: `role-${i}` },
    }),
  )
  const wanted = refusals
    .map((record) => ({ at: String(record['eventTime']), id: String(record['eventID']) }))
    .toSorted((a, b) => (a.at + a.id < b.at + b.id ? -1 : 1))
    .slice(0, 50)
    .map(({ id }) => id)
  const { findings } = await run(refusals, { arrival: { shuffle: 9 } })
  const [burst] = findings.filter(({ detection }) => detection === 'discovery-burst')
  expect(burst?.count).toBe(80)
  expect(burst?.evidence.map(({ id }) => id)).toEqual(wanted)
})
