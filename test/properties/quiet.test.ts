import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Replayed } from '#services/replay/replay.ts'
import { through } from '#test/engine.ts'
import { longRuns, runs } from '#test/property.ts'
import { call, lent, reported, runner, started } from '#test/semantics/cast.ts'
import { activity } from './records.ts'
import { issuers, world } from './world.ts'

/** Decision 7: that quiet sessions are not judged saves work and changes nothing. */

/** A registration, of whomever, ends all quiet; this one says nothing else. */
const nobody = activity('agent.registered', 'nobody', 0, { agent: 'nobody' })

const told = ({ findings, hash }: Replayed): unknown => [
  hash,
  findings.map(({ key, severity, says, subject, leaseRoot, evidence }) =>
    JSON.stringify([key, severity, says, subject, leaseRoot, evidence]),
  ),
]

async function expectSame(records: readonly unknown[]): Promise<void> {
  const loud = told(await through([...records, nobody], { issuers }))
  for (const way of [{}, { batch: 1 }, { batch: 7, arrival: { shuffle: 5, duplicate: 0.2 } }])
    expect(told(await through(records, { issuers, ...way })), JSON.stringify(way)).toEqual(loud)
}

const isRegistration = (record: unknown): boolean =>
  (record as { kind?: unknown }).kind === 'agent.registered'

it(
  'the same stands whether quiet sessions are judged or not',
  () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), (seed) =>
        expectSame(world(seed).records.filter((record) => !isRegistration(record))),
      ),
      { numRuns: runs(10) },
    ),
  longRuns ? 1_800_000 : 60_000,
)

const leased = (task: string, agent: string, more: object = {}) =>
  activity('credential.issued', `${task} ${JSON.stringify(more)}`, 1, {
    credential: runner.key,
    task,
    agent,
    ...more,
  })
const vouched = { issuer: 'broker' }
const use = call(2, runner)

describe('the same stands, quiet or not, where', () => {
  test.each<[string, readonly unknown[]]>([
    [
      'somebody claims a lease of what a broker leased to another, and uses it',
      [
        leased('t-2', 'a-2', vouched),
        leased('t-1', 'a-1'),
        use,
        started('t-1', 'a-1'),
        reported('t-1', 'a-1', 'r-2'),
      ],
    ],
    [
      'two claim a lease of what is tagged for one of them',
      [
        lent(),
        leased('t-1', 'a-1'),
        leased('t-2', 'a-2'),
        use,
        started('t-2', 'a-2'),
        reported('t-2', 'a-2', 'r-2'),
      ],
    ],
    [
      'nobody uses what two leases name',
      [leased('t-2', 'a-2', vouched), leased('t-1', 'a-1'), use],
    ],
    ['lease and task name two agents', [started('t-1', 'a-2'), leased('t-1', 'a-1', vouched), use]],
    ['tag and task name two agents', [lent(), started('t-1', 'a-9'), use]],
    [
      'the task of the lease reports as another agent',
      [leased('t-1', 'a-1', vouched), use, reported('t-1', 'a-3', 'r-2')],
    ],
    [
      'a lease has run out',
      [leased('t-1', 'a-1', { ...vouched, expires: '2026-05-04T09:00:30Z' }), use],
    ],
    [
      'a task hands on what it holds',
      [
        leased('t-1', 'a-1', vouched),
        leased('t-2', 'a-2', { delegatedFrom: 't-1' }),
        use,
        reported('t-2', 'a-2', 'r-2'),
      ],
    ],
  ])('%s', (_, records) => expectSame(records))
})
