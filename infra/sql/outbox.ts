import {
  waitingMax,
  type DeadDelivery,
  type Delivery,
  type Lane,
  type Outbox,
} from '#shared/ports/outbox.ts'
import type { Database } from './database.ts'

const columns = 'id, "to", incident, event, body, since, attempts, due'
const isHead = `state = 'waiting' AND NOT EXISTS (
  SELECT 1 FROM delivery AS before
  WHERE before.state = 'waiting' AND before."to" = delivery."to"
    AND before.incident = delivery.incident AND before.number < delivery.number)`

/** Deliveries in the data file; `limit` may wait for one destination. */
export function sqlOutbox(db: Database, limit = waitingMax): Outbox {
  const due = db.prepare<Delivery>(
    `SELECT ${columns} FROM delivery WHERE "to" = ? AND due <= ? AND ${isHead}
     ORDER BY due, number LIMIT ?`,
  )
  const next = db.prepare<{ due: number | null }>(
    `SELECT min(due) AS due FROM delivery WHERE "to" = ? AND ${isHead}`,
  )
  const end = db.prepare(
    `UPDATE delivery SET state = ?, why = ?, done = ? WHERE id = ? AND "to" = ? AND state = 'waiting'`,
  )
  const fail = db.prepare(
    `UPDATE delivery SET why = ?, due = ?, attempts = attempts + 1
     WHERE id = ? AND "to" = ? AND state = 'waiting'`,
  )
  const abandon = db.prepare(
    `UPDATE delivery SET state = 'dead', why = ?, done = ?
     WHERE state = 'waiting' AND "to" NOT IN (${db.dialect.texts('?')})`,
  )
  const forget = db.prepare('DELETE FROM delivery WHERE done < ?')
  return {
    ...lanesIn(db),
    add: adder(db, limit),
    due: (to, now, most) => due.all(to, now, most),
    nextDue: (to) => next.get(to)?.due ?? undefined,
    delivered: ({ id, to }, at) => void end.run('delivered', '', at, id, to),
    failed: ({ id, to }, why, at) => void fail.run(why, at, id, to),
    dead: ({ id, to }, why, at) => void end.run('dead', why, at, id, to),
    abandon: (known, why, at) => abandon.run(why, at, db.dialect.list(known)),
    ...looks(db),
    revive: reviver(db),
    forget: (before) => forget.run(before),
  }
}

function lanesIn(db: Database): Pick<Outbox, 'open' | 'lanes'> {
  const all = db.prepare<Lane>('SELECT name, kind, severity FROM lane ORDER BY name')
  const clear = db.prepare('DELETE FROM lane')
  const put = db.prepare('INSERT INTO lane VALUES (?, ?, ?)')
  return {
    open: (lanes) =>
      db.transaction(() => {
        clear.run()
        for (const { name, kind, severity } of lanes) put.run(name, kind, severity)
      }),
    lanes: () => all.all(),
  }
}

function adder(db: Database, limit: number): Outbox['add'] {
  const waiting = db.prepare<{ count: number }>(
    `SELECT count(*) AS count FROM delivery WHERE state = 'waiting' AND "to" = ?`,
  )
  const insert = db.prepare(
    `INSERT INTO delivery (id, "to", incident, event, body, since, due, state, why, done)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("to", id) DO NOTHING`,
  )
  return (deliveries, at) =>
    db.transaction(() => {
      for (const { id, to, incident, event, body } of deliveries) {
        const full = (waiting.get(to)?.count ?? 0) >= limit
        const end = full ? ['dead', noRoom, at] : ['waiting', '', null]
        insert.run(id, to, incident, event, body, at, at, ...end)
      }
    })
}

/** Where nothing is in a state, its sum is none. */
type LaneRow = { readonly to: string } & Readonly<
  Record<'waiting' | 'delivered' | 'dead' | 'oldest', number | null>
>

function looks(db: Database): Pick<Outbox, 'counts' | 'deadOnes'> {
  // Each part is answered by an index alone: bodies are large, and this is asked often.
  const counts = db.prepare<LaneRow>(
    `SELECT each."to", sum(count) FILTER (WHERE state = 'waiting') AS waiting,
            sum(count) FILTER (WHERE state = 'delivered') AS delivered,
            sum(count) FILTER (WHERE state = 'dead') AS dead,
            (SELECT min(since) FROM delivery WHERE "to" = each."to" AND state = 'waiting') AS oldest
     FROM (SELECT state, "to", count(*) AS count FROM delivery GROUP BY state, "to") AS each
     GROUP BY each."to" ORDER BY each."to"`,
  )
  const dead = db.prepare<DeadDelivery>(
    `SELECT ${columns}, why, done AS died FROM delivery WHERE state = 'dead'
     ORDER BY done DESC, number LIMIT ?`,
  )
  return {
    counts: () =>
      counts.all().map(({ to, waiting, delivered, dead, oldest }) => ({
        to,
        waiting: waiting ?? 0,
        delivered: delivered ?? 0,
        dead: dead ?? 0,
        ...(oldest !== null && { oldest }),
      })),
    deadOnes: (most) => dead.all(most),
  }
}

/** It gets a number behind whatever waits by now: it had its turn. */
function reviver(db: Database): Outbox['revive'] {
  const take = db.prepare<Delivery>(
    `DELETE FROM delivery WHERE id = ? AND "to" = ? AND state = 'dead' RETURNING ${columns}`,
  )
  const put = db.prepare(
    `INSERT INTO delivery (id, "to", incident, event, body, since, due, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')`,
  )
  return ({ id, to }, at) =>
    db.transaction(() => {
      const row = take.get(id, to)
      if (row) put.run(id, to, row.incident, row.event, row.body, at, at)
      return row !== undefined
    })
}

const noRoom = 'too many wait for this destination'
