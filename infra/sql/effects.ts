import type { Finding } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Effects, FindingRow } from '#shared/ports/effects.ts'
import {
  allOf,
  byFirst,
  bySubject,
  resettle,
  settle,
  type Before,
  type IncidentRow,
  type Settled,
} from '#shared/standing.ts'
import { upsert, type Database } from './database.ts'

type Emitted = { readonly through: number; readonly generation: string }
type FindingText = { readonly revision: number; readonly body: string }
type IncidentText = { readonly said: string; readonly kept: string }

export function sqlEffects(db: Database): Effects {
  const emitted = db.prepare<Emitted>('SELECT through, generation FROM emitted')
  const name = db.prepare('UPDATE emitted SET generation = ?')
  const keys = db.prepare<{ key: string }>('SELECT key FROM finding')
  const roots = db.prepare<{ root: string }>('SELECT root FROM incidents')
  const raised = db.prepare<{ raised: number }>('SELECT raised FROM finding WHERE key = ?')
  const findings = db.prepare<{ body: string }>('SELECT body FROM finding')
  const incidents = db.prepare<IncidentText>('SELECT said, kept FROM incidents')
  const counts = db.prepare<{ detection: string; count: number }>(
    'SELECT detection, count(*) AS count FROM finding GROUP BY detection',
  )
  const before = lookup(db)
  const write = writer(db)
  const now = (): Emitted => emitted.get() ?? { through: 0, generation: '' }
  return {
    commit: (said, position, also) =>
      db.transaction(() => {
        const settled = settle(said, before, position)
        write(settled)
        also?.(settled.changes)
        return settled.changes
      }),
    standing: () => ({
      findings: findings.all().map(findingOf).toSorted(byFirst),
      incidents: incidents.all().map(rowOf).flatMap(allOf).toSorted(bySubject),
    }),
    counts: () => new Map(counts.all().map(({ detection, count }) => [detection, count])),
    emittedThrough: () => now().through,
    generation: () => now().generation,
    rebase: (standing, generation, since, also) =>
      db.transaction(() => {
        const all = {
          ...before,
          keys: keys.all().map(({ key }) => key),
          roots: roots.all().map(({ root }) => root),
        }
        const isForgotten = (key: string) => (raised.get(key)?.raised ?? since) < since
        const settled = resettle(standing, all, isForgotten, now().through)
        write(settled)
        name.run(generation)
        also?.(settled.changes)
        return settled.changes
      }),
  }
}

/** What stood before, read while nothing of the commit is written. */
function lookup(db: Database): Before {
  const finding = db.prepare<FindingText>('SELECT revision, body FROM finding WHERE key = ?')
  const incidents = db.prepare<IncidentText>('SELECT said, kept FROM incidents WHERE root = ?')
  return {
    finding(key): FindingRow | undefined {
      const row = finding.get(key)
      return row && { revision: row.revision, finding: findingOf(row) }
    },
    incidents(root) {
      const row = incidents.get(root)
      return row && rowOf(row)
    },
  }
}

function writer(db: Database): (settled: Settled) => void {
  const put = db.prepare(
    `INSERT INTO finding (key, revision, raised, body, detection) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (${db.dialect.once('key')}) DO UPDATE SET revision = excluded.revision, body = excluded.body`,
  )
  const drop = db.prepare('DELETE FROM finding WHERE key = ?')
  const tell = db.prepare(upsert('incidents', ['root'], ['said', 'kept'], db.dialect.once('root')))
  const untell = db.prepare('DELETE FROM incidents WHERE root = ?')
  const reach = db.prepare('UPDATE emitted SET through = ?')
  return ({ findings, incidents, changes: { position } }) => {
    for (const [key, row] of findings) {
      if (!row) drop.run(key)
      else {
        const { revision, finding } = row
        put.run(key, revision, position, JSON.stringify(finding), finding.detection)
      }
    }
    for (const [root, row] of incidents) {
      if (allOf(row).length === 0) untell.run(root)
      else tell.run(root, JSON.stringify(row.said), JSON.stringify(row.kept))
    }
    reach.run(position)
  }
}

const findingOf = ({ body }: { readonly body: string }) => JSON.parse(body) as Finding

const rowOf = ({ said, kept }: IncidentText): IncidentRow => ({
  said: JSON.parse(said) as readonly Incident[],
  kept: JSON.parse(kept) as readonly Incident[],
})
