import { everyCred, everySession, matchesOf } from '#services/correlate/creds.ts'
import { beforeAll, expect, it } from 'vitest'
import { rowsOf, whatOf, whereOf } from '#services/correlate/rows.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { through } from '#test/engine.ts'
import { makerOf } from './maker.ts'
import { home, keyId, type Credential } from './records.ts'

const hour = 3_600
const user = (name: string, n: number): Credential => ({
  account: home,
  kind: 'user',
  name,
  session: '',
  key: keyId('AKIA', n),
})

/** More of everything than its bound keeps (SEMANTICS C3): each kind on a user of its own. */
function stress(): unknown[] {
  const { call, say, records } = makerOf(7)
  const many = (count: number, make: (i: number) => void): void => {
    for (let i = 0; i < count; i++) make(i)
  }
  say('task.started', 0, { task: 't-1', agent: 'a-1' })
  many(90, (i) =>
    call(user('wide', 1), {
      at: i,
      action: `Get${i}`,
      address: `203.0.113.${i}`,
      agent: `client/${i}`,
    }),
  )
  many(300, (i) => {
    call(user('busy', 2), { at: i, request: `busy-${i}` })
    say('tool.called', i, { task: 't-1', agent: 'a-1', tool: 'x', requestIds: [`busy-${i}`] })
  })
  many(300, (i) =>
    call(user('refused', 3), {
      at: i,
      service: 'iam',
      action: 'GetRole',
      denied: true,
      params: { roleName: `r-${i}` },
    }),
  )
  many(80, (i) =>
    call(user('patient', 4), {
      at: i * hour,
      service: 'iam',
      action: 'GetRole',
      denied: true,
      params: { roleName: 'one' },
    }),
  )
  many(300, (i) =>
    call(user('settled', 5), {
      at: i,
      service: 'iam',
      action: 'GetRole',
      params: { roleName: `r-${i}` },
    }),
  )
  many(300, (i) =>
    call(user('reader', 6), {
      at: i % 60,
      service: 'secretsmanager',
      action: 'GetSecretValue',
      params: { secretId: `s-${i}` },
    }),
  )
  many(300, (i) =>
    call(user('vandal', 7), {
      at: i,
      service: 'cloudtrail',
      action: 'StopLogging',
      params: { name: `trail-${i}` },
    }),
  )
  many(5, (who) =>
    many(250, (i) =>
      call(user(`crowd-${who}`, 10 + who), {
        at: i * 5 + who,
        service: 'cloudtrail',
        action: 'StopLogging',
        params: { name: 'shared' },
      }),
    ),
  )
  return records
}

/** What each bound dropped, over all partitions. */
function droppedOf({ engine }: Replayed): Record<string, number> {
  const { correlate, join } = engine.states
  const creds = correlate.flatMap((state) => [...everyCred(state)])
  const sessions = correlate.flatMap((state) => [...everySession(state)])
  const rich = sessions.flatMap((session) => session.rich ?? [])
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  const lists = (part: 'denied' | 'harvest'): number[] =>
    rich.flatMap((each) => [...each[part].entries.values()].map(({ dropped }) => dropped))
  return {
    values: sum(correlate.map(({ values }) => values.dropped)),
    matches: sum(
      creds.flatMap((cred) =>
        [...(cred.rich?.matches?.entries.values() ?? [])].map(({ dropped }) => dropped),
      ),
    ),
    'denials of an hour': sum(lists('denied')),
    'hours with denials': sum(rich.map(({ denied }) => denied.dropped)),
    settled: sum(rich.map(({ settled }) => settled.dropped)),
    'reads of an hour': sum(lists('harvest')),
    deeds: sum(rich.flatMap(({ deeds }) => [...deeds.values()].map(({ dropped }) => dropped))),
    'deeds on one target': sum(
      join.flatMap(({ targets }) => [...targets.values()].map(({ dropped }) => dropped)),
    ),
  }
}

/** Which values the bounds kept, by session; each with what was told of it. */
function keptOf({ engine }: Replayed): string[] {
  const found: string[] = []
  for (const state of engine.states.correlate)
    for (const cred of everyCred(state)) {
      for (const row of rowsOf(state, cred, 'what'))
        found.push(JSON.stringify([cred.session.id, whatOf(state, row)]))
      for (const row of rowsOf(state, cred, 'where'))
        found.push(JSON.stringify([cred.session.id, whereOf(state, row)]))
      for (const [request, mark] of matchesOf(cred))
        found.push(JSON.stringify([cred.session.id, request, mark]))
    }
  return found.toSorted()
}

let base: Replayed
beforeAll(async () => {
  base = await through(stress(), { partitions: 4 })
}, 60_000)

it('reaches every bound: what each dropped is counted', () => {
  for (const [bound, dropped] of Object.entries(droppedOf(base)))
    expect(dropped, bound).toBeGreaterThan(0)
})

it('SEMANTICS C3: what a bound keeps does not depend on arrival', async () => {
  const ways = [
    { partitions: 1, arrival: { shuffle: 1 } },
    { partitions: 3, arrival: { shuffle: 2, duplicate: 0.2 } },
    { partitions: 8, batch: 150, arrival: { shuffle: 3, delayMs: hour * 5_000 } },
  ]
  for (const way of ways) {
    const run = await through(stress(), way)
    expect(run.outcome, JSON.stringify(way)).toEqual(base.outcome)
    expect(keptOf(run), JSON.stringify(way)).toEqual(keptOf(base))
  }
}, 120_000)
