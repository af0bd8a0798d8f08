import { assume } from '#shared/errors.ts'
import { emptyHead, linkTo, type Link } from '#shared/facts/chain.ts'
import type {
  AuditDraft,
  Control,
  Head,
  Order,
  OrderState,
  Plan,
} from '#shared/messages/containment.ts'
import {
  freshControl,
  ordersMax,
  unaudited,
  type ContainmentStore,
} from '#shared/ports/containment.ts'
import { upsert, type Database } from './database.ts'

/** Links that one statement reads. */
const linksAtOnce = 500

/** A value that may be null has a type of its own nowhere else. */
const text = (place: string): string => `CAST(${place} AS TEXT)`

type Body = { readonly body: string }

export function sqlContainment(db: Database): ContainmentStore {
  const one = db.prepare<Body>('SELECT body FROM contain_order WHERE key = ?')
  const found = db.prepare<Body>(
    `SELECT body FROM contain_order
     WHERE (${text('?1')} IS NULL OR state IN (${db.dialect.texts('?1')}))
       AND (${text('?2')} IS NULL OR unit = ${text('?2')})
       AND (${text('?3')} IS NULL OR key IN (SELECT key FROM contain_wanted WHERE incident = ${text('?3')}))
     ORDER BY unit, episode LIMIT ${ordersMax}`,
  )
  const sent = db.prepare<{ automatic: number; total: number }>(
    `SELECT coalesce(sum(by_machine), 0) AS automatic, count(*) AS total
     FROM contain_order WHERE sent > 0 AND sent >= ?`,
  )
  const counts = db.prepare<{ state: OrderState; count: number }>(
    'SELECT state, count(*) AS count FROM contain_order GROUP BY state',
  )
  const plan = db.prepare<Body>('SELECT body FROM contain_plan WHERE incident = ?')
  const plans = db.prepare<Body>('SELECT body FROM contain_plan ORDER BY at DESC, incident LIMIT ?')
  const control = db.prepare<Body>('SELECT body FROM contain_control')
  const links = db.prepare<Link>(
    `SELECT seq, body, hash FROM contain_audit WHERE seq > ? ORDER BY seq LIMIT ${linksAtOnce}`,
  )
  const head = db.prepare<Head>('SELECT seq, hash FROM contain_head')
  const headNow = (): Head => {
    const row = head.get()
    return row ? { seq: row.seq, hash: row.hash } : emptyHead
  }
  const write = writer(db, headNow)
  return {
    together: (work) => db.transaction(work),
    order: (key) => parsed<Order>(one.get(key)),
    orders: ({ states, unit = null, incident = null }) =>
      found
        .all(states ? db.dialect.list(states) : null, unit, incident)
        .flatMap((row) => parsed<Order>(row) ?? []),
    counts: () => new Map(counts.all().map(({ state, count }) => [state, count])),
    sentSince(at) {
      const { automatic = 0, total = 0 } = sent.get(at) ?? {}
      return { automatic, all: total }
    },
    plan: (incident) => parsed<Plan>(plan.get(incident)),
    plans: (limit) => plans.all(limit).flatMap((row) => parsed<Plan>(row) ?? []),
    control: () => parsed<Control>(control.get()) ?? freshControl,
    write: (change) => db.transaction(() => write(change)),
    *links() {
      for (let after = -1; ;) {
        const some = links.all(after)
        yield* some
        const end = some.at(-1)
        if (!end) return
        after = end.seq
      }
    },
    head: headNow,
  }
}

function writer(db: Database, headNow: () => Head): ContainmentStore['write'] {
  const stateOf = db.prepare<{ state: OrderState }>('SELECT state FROM contain_order WHERE key = ?')
  const putOrder = db.prepare(
    upsert(
      'contain_order',
      ['key'],
      ['unit', 'episode', 'state', 'sent', 'by_machine', 'body'],
      db.dialect.once('key'),
    ),
  )
  const unwant = db.prepare('DELETE FROM contain_wanted WHERE key = ?')
  const want = db.prepare('INSERT INTO contain_wanted VALUES (?, ?)')
  const putPlan = db.prepare(upsert('contain_plan', ['incident'], ['at', 'body']))
  const dropPlan = db.prepare('DELETE FROM contain_plan WHERE incident = ?')
  const putControl = db.prepare(upsert('contain_control', ['one'], ['body']))
  const append = appender(db, headNow)
  return ({ orders = [], plans = [], gone = [], control, audit = [] }) => {
    const bare = unaudited(orders, audit, (key) => stateOf.get(key)?.state)
    assume(bare === '', bare)
    for (const order of orders) {
      const { key, unit, episode, state, sentAt, by } = order
      const machine = Number(by === 'keytrail')
      putOrder.run(key, unit, episode, state, sentAt, machine, JSON.stringify(order))
      unwant.run(key)
      for (const incident of order.incidents) want.run(incident, key)
    }
    for (const each of plans) putPlan.run(each.incident, each.at, JSON.stringify(each))
    for (const incident of gone) dropPlan.run(incident)
    if (control) putControl.run(1, JSON.stringify(control))
    return append(audit)
  }
}

function appender(db: Database, headNow: () => Head): (audit: readonly AuditDraft[]) => Head {
  const put = db.prepare('INSERT INTO contain_audit VALUES (?, ?, ?)')
  const setHead = db.prepare(upsert('contain_head', ['one'], ['seq', 'hash']))
  return (audit) => {
    let head = headNow()
    for (const draft of audit) {
      const { seq, body, hash } = linkTo(head, draft)
      put.run(seq, body, hash)
      head = { seq, hash }
    }
    if (audit.length > 0) setHead.run(1, head.seq, head.hash)
    return head
  }
}

const parsed = <T>(row: Body | undefined): T | undefined => row && (JSON.parse(row.body) as T)
