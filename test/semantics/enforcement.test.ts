import { describe, expect, test } from 'vitest'
import { activity } from '#test/properties/records.ts'
import { call, lent, orders, registered, reported, run, runner, started } from './cast.ts'

/**
 * DESIGN 3.6 against somebody who wants a machine to cut his victim: what one source alone says of another's credential is a
 * finding for people, and not enough for a machine.
 */

const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 4, 4, 9) + seconds * 1000).toISOString()
/** A source, and when the door had its report. */
const by = (source: string, received: number): object => ({ source, received: at(received) })

/** The finding of a detection: for people alone, for machines too, or none. */
async function worth(
  detection: string,
  records: readonly unknown[],
): Promise<'none' | 'people' | 'machines'> {
  const { findings } = await run(records)
  const found = findings.filter((finding) => finding.detection === detection)
  if (found.length === 0) return 'none'
  return found.some(({ never }) => never === undefined) ? 'machines' : 'people'
}

const agents = [
  registered('a-1', { sources: ['orchestrator', 'runtime'] }),
  registered('a-2', { sources: ['thief'] }),
]
/** Task t-1 of a-1 holds the runner's key; its call r-2 comes at 60 s. */
const company = [...agents, lent(), started('t-1', 'a-1', by('orchestrator', 0)), call(2, runner)]
/** The other agent's source says that r-2 was its call. */
const accused = (received: number, source = 'thief', agent = 'a-2'): unknown =>
  reported('t-2', agent, 'r-2', by(source, received))
/** The holder's runtime reports a call of its own, r-3. */
const honest = [
  call(3, runner, { at: 70 }),
  reported('t-1', 'a-1', 'r-3', { ...by('runtime', 71), time: at(70) }),
]

describe('DESIGN 3.6: whoever claims another’s call as his', () => {
  const reuse = (records: readonly unknown[]) => worth('reused-by-agent', records)

  test.each([
    ['the victim’s runtime reports nothing', [accused(62)], 'people'],
    ['the victim’s runtime reports its calls', [accused(62), ...honest], 'machines'],
    ['CloudTrail may have shown the id by then', [accused(80), ...honest], 'people'],
    ['the door stamped no time', [reported('t-2', 'a-2', 'r-2', { source: 'thief' }), ...honest]],
    ['the report came before the call', [accused(-60), ...honest], 'people'],
    [
      'the victim’s runtime reports this call too',
      [accused(62), ...honest, reported('t-1', 'a-1', 'r-2', by('runtime', 62))],
      'none',
    ],
    [
      'a configured issuer says it',
      [registered('a-2', { sources: ['thief', 'broker'] }), accused(200, 'broker')],
      'machines',
    ],
  ])('DESIGN 3.6: %s', async (_, more, what = 'people') => {
    for (const records of [
      [...company, ...more],
      [...more, ...company],
    ])
      expect(await reuse(records)).toBe(what)
  })

  test('DESIGN 3.6: a victim that anybody may speak for has no witness of its own', async () => {
    const open = [agents[1], ...company.slice(2)]
    expect(await reuse([...open, accused(62), ...honest])).toBe('people')
  })

  test('DESIGN 3.6: he is no witness against himself: the accuser’s own source', async () => {
    const shared = [
      registered('a-1', { sources: ['orchestrator', 'runtime'] }),
      registered('a-3', { sources: ['runtime'] }),
      ...company.slice(2),
    ]
    const admitted = reported('t-2', 'a-3', 'r-2', by('runtime', 62))
    expect(await reuse([...shared, admitted])).toBe('machines')
  })

  test('DESIGN 3.6: no number of accusers pushes the victim’s own word out and leaves a case', async () => {
    const crowd = Array.from({ length: 40 }, (_, n) =>
      reported(`t-${n + 10}`, 'a-2', 'r-2', by('thief', 62)),
    )
    const own = reported('t-1', 'a-1', 'r-2', by('runtime', 62))
    expect(await reuse([...company, ...honest, own, ...crowd])).not.toBe('machines')
    expect(await reuse([...crowd, ...company, ...honest, own])).not.toBe('machines')
  })

  test('DESIGN 3.6: he makes himself no holder by what he reports', async () => {
    const lease = activity('credential.issued', 'lease', 1, {
      credential: runner.key,
      task: 't-1',
      source: 'broker',
    })
    const nameless = [...agents, lease, call(2, runner)]
    const his = [accused(62), started('t-1', 'a-2', by('thief', 0))]
    expect(await worth('reused-by-task', [...nameless, accused(62)])).toBe('people')
    expect(await worth('reused-by-task', [...nameless, ...his])).toBe('people')
  })

  test('DESIGN 3.6: a sister task, told by the source of both', async () => {
    const sister = (received: number) =>
      worth('reused-by-task', [
        ...company,
        started('t-2', 'a-1', by('orchestrator', 0)),
        reported('t-2', 'a-1', 'r-2', by('runtime', received)),
      ])
    expect(await sister(62)).toBe('machines')
    expect(await sister(200)).toBe('people')
  })
})

describe('DESIGN 3.6: whoever ends another’s task', () => {
  const end = (seconds: number, received: number | undefined, source = 'runtime'): unknown =>
    activity('task.ended', `${seconds} ${received} ${source}`, seconds, {
      task: 't-1',
      ...(received === undefined ? { source } : by(source, received)),
    })
  const late = (seconds: number): unknown => call(4, runner, { at: seconds })
  const after = (records: readonly unknown[]) => worth('used-after-end', [...company, ...records])

  test.each([
    ['told at once', [end(100, 101), late(300)], 'machines'],
    ['told only when the use was done', [end(100, 400), late(300)], 'people'],
    ['told just before the use', [end(100, 290), late(300)], 'people'],
    [
      'told late, and used again after that',
      [end(100, 400), late(300), call(5, runner, { at: 600 })],
    ],
    ['without a stamp', [end(100, undefined), late(300)], 'people'],
    ['announced for later, then set back', [end(5000, 20), end(100, 400), late(300)], 'people'],
  ])('DESIGN 3.6: an end that is %s', async (_, records, what = 'machines') => {
    for (const each of orders(records)) expect(await after(each)).toBe(what)
  })

  test('DESIGN 3.6: the end of a task whose agent anybody may speak for', async () => {
    const open = [...company.slice(1), end(100, 101), late(300)]
    expect(await worth('used-after-end', open)).toBe('people')
  })

  test('DESIGN 3.6: a task whose own runtime reports the call is not over for a machine', async () => {
    const own = reported('t-1', 'a-1', 'r-4', { ...by('runtime', 301), time: at(300) })
    for (const each of orders([end(100, 101, 'orchestrator'), late(300), own]))
      expect(await after(each)).toBe('people')
  })
})
