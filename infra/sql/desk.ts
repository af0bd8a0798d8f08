import type { Case, CaseKey, CaseState, DeskEvent } from '#shared/messages/desk.ts'
import type { Desk } from '#shared/ports/desk.ts'
import { upsert, type Database } from './database.ts'

type Body = { readonly body: string }

export function sqlDesk(db: Database): Desk {
  const asList = db.dialect.list
  const texts = db.dialect.texts('?')
  const touched = db.prepare<{ handle: string }>(
    `SELECT handle FROM desk_key WHERE key IN (${texts})
     UNION SELECT handle FROM desk_key WHERE root <> '' AND root IN (${texts})
     UNION SELECT handle FROM desk_case WHERE owing IS NOT NULL AND owing <= ?`,
  )
  const cases = db.prepare<Body>(
    `SELECT body FROM desk_case WHERE handle IN (${texts}) ORDER BY "order"`,
  )
  const keys = db.prepare<CaseKey>(
    `SELECT key, handle, seq, root FROM desk_key
     WHERE handle IN (${texts}) ORDER BY seq`,
  )
  const last = db.prepare<{ last: number }>(
    `SELECT ${db.dialect.greatest(
      'coalesce((SELECT max("order") FROM desk_case), 0)',
      'coalesce((SELECT max(seq) FROM desk_key), 0)',
    )} AS last`,
  )
  const one = db.prepare<Body>('SELECT body FROM desk_case WHERE handle = ?')
  const list = db.prepare<Body>(
    `SELECT body FROM desk_case WHERE state IN (${texts})
     ORDER BY changed DESC, "order" DESC LIMIT ?`,
  )
  const history = db.prepare<Body>(
    'SELECT body FROM desk_event WHERE handle = ? ORDER BY number DESC LIMIT ?',
  )
  const counts = db.prepare<{ state: CaseState; count: number }>(
    'SELECT state, count(*) AS count FROM desk_case GROUP BY state',
  )
  const write = writer(db)
  return {
    together: (work) => db.transaction(work),
    rows({ keys: asked, roots, owedBefore }) {
      const found = touched.all(asList(asked), asList(roots), owedBefore)
      const handles = asList(found.map(({ handle }) => handle))
      return {
        cases: cases.all(handles).map(caseOf),
        keys: keys.all(handles),
        next: 1 + (last.get()?.last ?? 0),
      }
    },
    write: (change) => db.transaction(() => write(change)),
    case(handle) {
      const row = one.get(handle)
      return row && caseOf(row)
    },
    list: ({ states, limit }) => list.all(asList(states), limit).map(caseOf),
    counts: () => new Map(counts.all().map(({ state, count }) => [state, count])),
    history: (handle, limit) =>
      history
        .all(handle, limit)
        .map(({ body }) => JSON.parse(body) as DeskEvent)
        .toReversed(),
    prune: pruner(db),
  }
}

function writer(db: Database): Desk['write'] {
  const putCase = db.prepare(
    upsert('desk_case', ['handle'], ['"order"', 'state', 'stands', 'changed', 'owing', 'body']),
  )
  const putKey = db.prepare(
    upsert('desk_key', ['key'], ['handle', 'seq', 'root'], db.dialect.once('key')),
  )
  const putEvent = db.prepare('INSERT INTO desk_event (handle, body) VALUES (?, ?)')
  return (change) => {
    for (const each of change.cases) {
      const { handle, order, state, stands, changed, owed, told } = each
      const owing = owed === undefined ? null : told.at
      putCase.run(handle, order, state, Number(stands), changed, owing, JSON.stringify(each))
    }
    for (const { key, handle, seq, root } of change.keys) putKey.run(key, handle, seq, root)
    for (const event of change.events) putEvent.run(event.handle, JSON.stringify(event))
  }
}

function pruner(db: Database): Desk['prune'] {
  const old = db.prepare<{ handle: string }>(
    `SELECT handle FROM desk_case WHERE state = 'closed' AND stands = 0 AND changed < ?
     ORDER BY changed LIMIT ?`,
  )
  const drop = ['desk_case', 'desk_key', 'desk_event'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE handle = ?`),
  )
  return (before, limit) =>
    db.transaction(() => {
      const handles = old.all(before, limit)
      for (const { handle } of handles) for (const statement of drop) statement.run(handle)
      return handles.length
    })
}

const caseOf = ({ body }: Body): Case => JSON.parse(body) as Case
