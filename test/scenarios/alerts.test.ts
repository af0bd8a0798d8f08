import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  receiver,
  type Received,
  type Receiver,
  type Reply,
} from '#infra/alert/receiver.fixture.ts'
import { sendersOf } from '#infra/alert/senders.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { sqlDesk } from '#infra/sql/desk.ts'
import { deskPart, outboxPart } from '#infra/sqlite/parts.ts'
import type { Database } from '#infra/sql/database.ts'
import { sqlOutbox } from '#infra/sql/outbox.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { configFrom } from '#shared/config.ts'
import { mailing } from '#services/alert/addressed.ts'
import { deliverer } from '#services/alert/deliverer.ts'
import { voiceOf } from '#services/alert/voice.ts'
import { frontDesk } from '#services/desk/front.ts'
import { callWith } from '#test/calls.ts'
import { findingOf, holdMs, incidentOf } from '#test/incidents.ts'
import { silent } from '#test/serve.ts'

/** Incidents on their way out of a data file, to a receiver over HTTP that loses replies, from a process that is killed. */

const incidents = 30
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

let place: Scratch
let soc: Receiver
let replies: (received: Received, n: number) => Reply
beforeEach(async () => {
  place = scratch()
  soc = await receiver((received, n) => replies(received, n))
})
afterEach(async () => {
  await soc.close()
  place.end()
})

/** One life of the process. What it does with its file after it was killed reaches nothing. */
function life(startsAt: number) {
  const destination = { name: 'soc', kind: 'webhook', url: soc.url, secrets: ['env:S'] }
  const content = { alerts: { destinations: [{ ...destination, allow: ['loopback'] }] } }
  const { alerts } = configFrom({ file: { name: 'keytrail.yaml', content } })
  const db: Database = place.open([deskPart, outboxPart])
  const scheduler = manualScheduler(startsAt)
  const senders = sendersOf(alerts.destinations, {
    environment: { S: secret },
    cwd: '/',
    log: silent,
    now: () => scheduler.now(),
  })
  const outbox = sqlOutbox(db)
  const failures: unknown[] = []
  const lanes = alerts.destinations
  const one = deliverer(
    { lanes, keepMs: 1e12 },
    { outbox, senders, scheduler, log: silent, failed: (why) => void failures.push(why) },
  )
  one.start()
  const front = frontDesk({
    desk: sqlDesk(db),
    send: mailing(outbox, voiceOf('1', [])),
    recall: (marks) => new Map(marks.map((mark) => [mark.id, callWith('run-7', mark)])),
  })
  const raise = (n: number): void => {
    const now = [incidentOf([findingOf(`f-${n}`)])]
    const changes = {
      because: 'records' as const,
      incidents: [{ root: `r-${n}`, before: [], now }],
    }
    front.hear(changes, { at: scheduler.now(), holdMs })
  }
  const isDone = (): boolean => outbox.nextDue('soc') === undefined
  const isFlying = (): boolean => one.status().some(({ flying }) => flying > 0)
  /** Time passes, while nothing is on its way, until so many requests were made or nothing waits. */
  const until = async (requests: number): Promise<void> => {
    while (soc.got.length < requests && !isDone()) {
      if (!isFlying()) scheduler.pass(60_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { ...one, outbox, scheduler, raise, until, failures, db }
}

const classesIn = (body = ''): number[] =>
  (JSON.parse(body) as { data: { ocsf: { class_uid: number }[] } }).data.ocsf.map(
    ({ class_uid }) => class_uid,
  )

const idOf = ({ headers }: Received): string => String(headers['webhook-id'])

test('a receiver that knows ids gets each incident exactly once, whatever is lost on the way', async () => {
  // Every second answer does not arrive, and some are errors.
  replies = (_, n) => (n % 2 === 0 ? 'lost' : { status: n % 5 === 0 ? 503 : 200 })
  let at = Date.UTC(2026, 4, 4)
  let next = 0
  for (let kill = 1; kill <= 4; kill++) {
    const one = life(at)
    for (const upTo = next + 7; next < upTo; next++) one.raise(next)
    await one.until(soc.got.length + 6)
    // Killed with work on its way: nothing of what it still gets as an answer can be written.
    one.db.close()
    at = one.scheduler.now() + 1000
    await one.close()
  }
  const last = life(at)
  for (; next < incidents; next++) last.raise(next)
  await last.until(Infinity)
  await last.close()
  expect(last.failures).toEqual([])

  const bodies = Map.groupBy(soc.got, idOf)
  const handles = [...bodies.values()].map(([first]) => JSON.parse(first?.body ?? '').data.incident)
  expect(new Set(handles).size).toBe(incidents)
  expect(bodies.size).toBe(incidents)
  // It was sent more than once, and what was repeated is the same to the byte.
  expect(soc.got.length).toBeGreaterThan(incidents)
  for (const same of bodies.values()) {
    expect(new Set(same.map(({ body }) => body)).size).toBe(1)
    expect(classesIn(same[0]?.body)).toEqual([6003, 2004, 2005])
  }
  expect(last.outbox.counts()).toEqual([{ to: 'soc', waiting: 0, delivered: incidents, dead: 0 }])
})
