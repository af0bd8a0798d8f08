import { describe, expect, test } from 'vitest'
import {
  call as recordOf,
  health,
  keyOf,
  role as sessionOf,
  user as userOf,
} from '#services/detect/records.ts'
import { activity, issuing, keyId, type Credential } from '#test/properties/records.ts'
import { call, lent, run, runner, user } from './cast.ts'

/** SEMANTICS G1 and A2 where order likes to leave a trace: chains without an end or a beginning, variants that disagree. */

const stop = { at: 400, service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } }
const session = (n: number, created = 0): Credential => ({
  ...runner,
  name: `role-${n}`,
  key: keyId('ASIA', 100 + n),
  created,
})

/** What stands, for many orders, repeats, units and partitions of the same records. */
async function outcomes(records: readonly unknown[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (let shuffle = 0; shuffle < 20; shuffle++) {
    const arrival = { shuffle, duplicate: shuffle % 2 ? 0.5 : 0 }
    const batch = [1, 3, 5000][shuffle % 3] ?? 1
    const partitions = [1, 3, 8][(shuffle >> 1) % 3] ?? 1
    const { outcome } = await run(records, { arrival, batch, partitions })
    found.add(JSON.stringify(outcome))
  }
  return [...found]
}

describe('B5: what a parent once told is taken back', () => {
  test('B5: a chain that is deeper than a path holds gives one outcome', async () => {
    const chain = Array.from({ length: 40 }, (_, i) => session(i, i * 10))
    const records = chain.map((child, i) =>
      call(i, chain[i - 1] ?? user('root', 99), { at: i * 10, ...issuing(child) }),
    )
    expect(await outcomes([...records, call(90, session(39, 390), stop)])).toHaveLength(1)
  })

  test('B5: in a circle of issues nobody is above anybody, and it comes to rest', async () => {
    const [a, b, c] = [session(0), session(1), session(2)]
    const ring = [
      [a, b],
      [b, a],
      [b, c],
      [c, a],
      [a, a],
    ] as const
    const records = ring.map(([from, to], i) =>
      call(i, from, { at: 0, ...issuing(to, [{ key: 'task', value: `t-${i}` }]) }),
    )
    const uses = [a, c].map((by, i) => call(80 + i, by, stop))
    expect(await outcomes([...records, ...uses])).toHaveLength(1)
  })
})

describe('A2: variants that are equally full and disagree', () => {
  const issue = lent()
  const tagged = (value: string) => lent(value)
  const corrected = (value: string, n: number) => ({
    ...lent(value),
    eventID: `0000000${n}-0000-4000-8000-000000000000`,
    addendum: { reason: 'UPDATED_DATA', originalEventID: issue.eventID },
  })
  const stopped = call(5, runner, stop)
  const made = (key: string) =>
    call(6, runner, {
      ...stop,
      service: 'iam',
      action: 'CreateAccessKey',
      params: { userName: 'bob' },
      response: { accessKey: { userName: 'bob', accessKeyId: key, status: 'Active' } },
    })
  const ended = activity('task.ended', 'end', 100, { task: 't-2' })

  test.each([
    ['tags', [tagged('t-2'), tagged('t-3')]],
    ['addenda', [corrected('t-2', 1), corrected('t-3', 2)]],
    ['the outcome of a deed', [{ ...stopped, errorCode: 'AccessDenied', errorMessage: 'no' }]],
    ['the key that a deed made', [made(keyId('AKIA', 1)), made(keyId('AKIA', 2))]],
  ])('A2: of two variants that differ in %s one counts, whichever came first', async (_, more) => {
    expect(await outcomes([issue, stopped, ended, ...more])).toHaveLength(1)
  })
})

describe('G1: what AWS Health says of a key', () => {
  const batch = userOf('batch')
  const [first, second] = [keyOf('AKIA', 'batch'), keyOf('AKIA', 'second')]
  const exposed = (at: number, keys = [first]) =>
    health('AWS_RISK_CREDENTIALS_EXPOSED', keys, { at })
  const uses = [recordOf('s3:ListBuckets', { by: batch })]

  test('G1: the same event again with another time is one fact', async () => {
    expect(await outcomes([...uses, exposed(60), exposed(90)])).toHaveLength(1)
  })

  test('G1: more events than are kept of one key give one outcome', async () => {
    const many = Array.from({ length: 20 }, (_, i) => {
      const event = exposed(60 + i)
      return { ...event, detail: { ...Object(event['detail']), eventArn: `arn:${i}` } }
    })
    expect(await outcomes([...uses, ...many])).toHaveLength(1)
  })

  test('G1: of two keys of one session that it names both are told', async () => {
    const by = sessionOf('runner', 's1')
    const key = String(by.identity['accessKeyId'])
    const twin = { ...by, identity: { ...by.identity, accessKeyId: second } }
    const records = [
      recordOf('s3:ListBuckets', { by }),
      recordOf('s3:ListBuckets', { by: twin, at: 5 }),
      exposed(60, [key, second]),
    ]
    expect(await outcomes(records)).toHaveLength(1)
    const { findings } = await run(records)
    expect(findings.flatMap(({ credentials }) => credentials).toSorted()).toEqual(
      [key, second].toSorted(),
    )
  })
})

test('G1: a key with more principals than are kept gives one outcome', async () => {
  const stops = Array.from({ length: 20 }, (_, i) => {
    const by = sessionOf(`r${i}`, 's')
    const identity = { ...by.identity, accessKeyId: keyOf('ASIA', 'shared') }
    return recordOf('cloudtrail:StopLogging', { by: { ...by, identity }, at: i })
  })
  const lease = activity('credential.issued', 'l', 1, {
    credential: keyOf('ASIA', 'shared'),
    task: 't-1',
    agent: 'a-1',
  })
  expect(await outcomes([...stops, lease])).toHaveLength(1)
})
