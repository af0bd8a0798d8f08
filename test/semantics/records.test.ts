import { describe, expect, test } from 'vitest'
import { home, issuing, type Credential } from '#test/properties/records.ts'
import {
  broker,
  call,
  detectionsOf,
  holderOf,
  keysOf,
  lent,
  orders,
  registered,
  reported,
  run,
  runner,
  sessionsOf,
  started,
  viewOf,
} from './cast.ts'

/** SEMANTICS A: what a record is, whom it belongs to, and what a declaration can do. */

describe('A2: one id, other content', () => {
  const full = lent()
  const { responseElements: _, ...poor } = full
  const use = call(2, runner)

  test.each(orders([full, poor, use]).map((records, i) => [i, records] as const))(
    'A2: a variant is counted as a duplicate and applied all the same (order %i)',
    async (_i, records) => {
      const replayed = await run(records)
      expect(replayed.counts).toMatchObject({ read: 3, mapped: 2, duplicate: 1 })
      expect(holderOf(replayed, runner.key).task).toMatchObject({ id: 't-1', rank: 'exact' })
    },
  )

  test('A2: of two variants that disagree the fuller one wins, in any order', async () => {
    const { requestID: __, ...thin } = lent('t-2', 'a-2')
    for (const records of orders([full, thin, use]))
      expect(holderOf(await run(records), runner.key).task.id).toBe('t-1')
  })

  test('A2: an addendum replaces what it corrects', async () => {
    const { eventID: id } = full
    const addendum = { reason: 'UPDATED_DATA', originalEventID: id }
    const { requestID: __, userAgent: ___, ...thin } = lent('t-2', 'a-2')
    const corrected = { ...thin, eventID: '7d3c0a3e-0000-4000-8000-000000000001', addendum }
    for (const records of orders([full, corrected, use])) {
      const replayed = await run(records)
      expect(replayed.counts).toMatchObject({ mapped: 2, duplicate: 1 })
      expect(holderOf(replayed, runner.key).task.id).toBe('t-2')
    }
  })
})

test('A3: a masked key id joins nothing: no issue, no report, no neighbour with the same mask', async () => {
  const mask = 'ASIA****************'
  const masked: Credential = { ...runner, key: mask }
  const twin: Credential = { ...runner, session: 'other', key: mask }
  const replayed = await run([
    call(1, broker, { at: 0, ...issuing(masked, [{ key: 'task', value: 't-1' }]) }),
    started('t-1', 'a-1'),
    reported('t-1', 'a-1', 'none', { credential: mask }),
    call(2, masked),
    call(3, twin),
  ])
  expect(keysOf(replayed)).toEqual(['', '', broker.key])
  expect(sessionsOf(replayed)).toHaveLength(3)
  expect(replayed.attributionTask).toMatchObject({ none: 3 })
})

test('A4: of a family the record without invokedBy is the call, and it alone meets the report', async () => {
  const consequence = forwarded(call(3, runner, { request: 'r-2', service: 'kms', at: 61 }))
  const records = [
    lent(),
    started('t-1', 'a-1'),
    started('t-2', 'a-1'),
    call(2, runner),
    consequence,
    reported('t-2', 'a-1', 'r-2'),
  ]
  for (const order of [records, records.toReversed()]) {
    const { findings } = await run(order)
    const [reuse] = findings.filter(({ detection }) => detection === 'reused-by-task')
    expect(reuse?.evidence.map(({ id }) => id)).toEqual([call(2, runner)['eventID']])
  }
})

/** The same call, made by a service for the principal. */
function forwarded(record: Record<string, unknown>): Record<string, unknown> {
  const service = 's3.amazonaws.com'
  const user = { ...(record['userIdentity'] as object), invokedBy: service }
  return { ...record, userIdentity: user, sourceIPAddress: service, userAgent: service }
}

describe('A5: forwarded calls', () => {
  test('A5: a forwarded call makes no session, no place and no fact of any facet', async () => {
    const refusals = Array.from({ length: 20 }, (_, i) =>
      forwarded(call(10 + i, runner, { denied: true, action: `Get${i}`, at: i })),
    )
    const replayed = await run([lent(), ...refusals], { covers: [home] })
    expect(keysOf(replayed)).toEqual([broker.key])
    expect(replayed.findings).toEqual([])
  })

  test('A5: it is counted, and belongs to the agent that is registered on its principal', async () => {
    const { attribution } = await run([
      registered('a-1', { principals: [`arn:aws:iam::${home}:role/runner`] }),
      forwarded(call(2, runner)),
    ])
    expect(attribution).toMatchObject({ exact: 1, none: 0 })
  })
})

describe('A7: a declaration lowers a verdict only from who may speak, and in time', () => {
  const time = (seconds: number): string =>
    new Date(Date.UTC(2026, 4, 4, 9) + seconds * 1000).toISOString()
  const story = [
    registered('a-1', { sources: ['orchestrator'] }),
    lent(),
    started('t-1', 'a-1', { source: 'orchestrator' }),
    call(2, runner),
    reported('t-2', 'a-1', 'r-2', { source: 'orchestrator' }),
  ]
  const child = (more: object): unknown => started('t-2', 'a-1', { parent: 't-1', ...more })
  const handOff = (more: object): unknown =>
    started('t-1', 'a-1', { scope: { handOffTo: ['t-2'] }, ...more })

  test.each([
    ['the right source, in time', { source: 'orchestrator', received: time(300) }, false],
    ['the right source, without a door stamp', { source: 'orchestrator' }, false],
    ['the right source, too late', { source: 'orchestrator', received: time(60 + 301) }, true],
    ['the wrong source', { source: 'a-2', received: time(0) }, true],
    ['no source', {}, true],
  ])('A7: a sub-task declared by %s', async (_, more, stands) => {
    for (const declared of [child(more), handOff(more)])
      for (const records of [
        [...story, declared],
        [declared, ...story],
      ]) {
        const replayed = await run(records)
        expect(detectionsOf(replayed).includes('reused-by-task')).toBe(stands)
      }
  })

  test('A7: a claim that does not count is told beside the finding', async () => {
    const { findings } = await run([...story, child({ source: 'a-2' })])
    const [reuse] = findings.filter(({ detection }) => detection === 'reused-by-task')
    expect(reuse?.unknown).toContain('explained by a claim that does not count: sub-task')
  })

  test('A7: a claim from the wrong source, or too late, does not hide who made a use', async () => {
    for (const more of [{ source: 'a-2' }, { source: 'orchestrator', received: time(361) }]) {
      const claim = reported('t-1', 'a-1', 'r-2', more)
      for (const records of [
        [...story, claim],
        [claim, ...story],
      ])
        expect(detectionsOf(await run(records))).toContain('reused-by-task')
    }
    const rival = reported('t-1', 'a-1', 'r-2', { source: 'orchestrator' })
    expect(detectionsOf(await run([...story, rival]))).not.toContain('reused-by-task')
  })

  test('A7: a report from the wrong source, or received too late, is a claim only', async () => {
    for (const more of [{ source: 'a-2' }, { source: 'orchestrator', received: time(361) }]) {
      const replayed = await run([...story.slice(0, 4), reported('t-2', 'a-1', 'r-2', more)])
      expect(viewOf(replayed, runner.key).actors).toMatchObject([{ rank: 'claimed' }])
    }
  })
})
