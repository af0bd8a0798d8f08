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
import type { Database } from './database.ts'
import type { Part } from './migrate.ts'

/** Plans, orders, people's decisions and the audit. The triggers keep the program honest; the hashes tell of everybody else. */
export const containmentPart: Part = {
  name: 'containment',
  migrations: [
    `CREATE TABLE contain_order (
       key TEXT PRIMARY KEY, unit TEXT NOT NULL, episode INTEGER NOT NULL, state TEXT NOT NULL,
       sent INTEGER NOT NULL, by_machine INTEGER NOT NULL, body TEXT NOT NULL,
       UNIQUE (unit, episode)
     ) STRICT;
     CREATE INDEX contain_order_state ON contain_order (state);
     CREATE INDEX contain_order_sent ON contain_order (sent) WHERE sent > 0;
     CREATE TABLE contain_wanted (
       incident TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (incident, key)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX contain_wanted_key ON contain_wanted (key);
     CREATE TABLE contain_plan (incident TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
     CREATE INDEX contain_plan_at ON contain_plan (at);
     CREATE TABLE contain_control (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL) STRICT;
     CREATE TABLE contain_audit (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
     CREATE TABLE contain_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
     CREATE TRIGGER contain_audit_stays BEFORE UPDATE ON contain_audit
       BEGIN SELECT raise(ABORT, 'the audit is only appended to'); END;
     CREATE TRIGGER contain_audit_whole BEFORE DELETE ON contain_audit
       BEGIN SELECT raise(ABORT, 'the audit is only appended to'); END;`,
  ],
}

type Body = { readonly body: string }

export function sqliteContainment(db: Database): ContainmentStore {
  const one = db.prepare<Body>('SELECT body FROM contain_order WHERE key = ?')
  const found = db.prepare<Body>(
    `SELECT body FROM contain_order
     WHERE (?1 IS NULL OR state IN (SELECT value FROM json_each(?1)))
       AND (?2 IS NULL OR unit = ?2)
       AND (?3 IS NULL OR key IN (SELECT key FROM contain_wanted WHERE incident = ?3))
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
  const links = db.prepare<Link>('SELECT seq, body, hash FROM contain_audit ORDER BY seq')
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
        .all(states ? JSON.stringify(states) : null, unit, incident)
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
    links: () => links.each(),
    head: headNow,
  }
}

function writer(db: Database, headNow: () => Head): ContainmentStore['write'] {
  const stateOf = db.prepare<{ state: OrderState }>('SELECT state FROM contain_order WHERE key = ?')
  const putOrder = db.prepare('INSERT OR REPLACE INTO contain_order VALUES (?, ?, ?, ?, ?, ?, ?)')
  const unwant = db.prepare('DELETE FROM contain_wanted WHERE key = ?')
  const want = db.prepare('INSERT INTO contain_wanted VALUES (?, ?)')
  const putPlan = db.prepare('INSERT OR REPLACE INTO contain_plan VALUES (?, ?, ?)')
  const dropPlan = db.prepare('DELETE FROM contain_plan WHERE incident = ?')
  const putControl = db.prepare('INSERT OR REPLACE INTO contain_control VALUES (1, ?)')
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
    if (control) putControl.run(JSON.stringify(control))
    return append(audit)
  }
}

function appender(db: Database, headNow: () => Head): (audit: readonly AuditDraft[]) => Head {
  const put = db.prepare('INSERT INTO contain_audit VALUES (?, ?, ?)')
  const setHead = db.prepare('INSERT OR REPLACE INTO contain_head VALUES (1, ?, ?)')
  return (audit) => {
    let head = headNow()
    for (const draft of audit) {
      const { seq, body, hash } = linkTo(head, draft)
      put.run(seq, body, hash)
      head = { seq, hash }
    }
    if (audit.length > 0) setHead.run(head.seq, head.hash)
    return head
  }
}

const parsed = <T>(row: Body | undefined): T | undefined => row && (JSON.parse(row.body) as T)
