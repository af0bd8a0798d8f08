import { compareMarks } from '#shared/facts/mark.ts'
import type { Finding } from '#shared/messages/finding.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Effects } from '#shared/ports/effects.ts'

type Row = { readonly revision: number; readonly finding: Finding | undefined }

/** Effects in memory: what a replay prints at its end. */
export function memoryEffects(): Effects {
  const rows = new Map<string, Row>()
  const incidents = new Map<string, readonly Incident[]>()
  return {
    commit(said) {
      const before = new Map<string, Finding | undefined>()
      for (const message of said) {
        if (message.kind === 'incidents') incidents.set(message.key, message.incidents)
        else write(rows, before, message)
      }
      return difference(before, rows)
    },
    standing: () => ({
      findings: [...rows.values()].flatMap(({ finding }) => finding ?? []).toSorted(byFirst),
      incidents: [...incidents.values()].flat().toSorted(bySubject),
    }),
  }
}

function write(
  rows: Map<string, Row>,
  before: Map<string, Finding | undefined>,
  message: Exclude<ToEffects, { kind: 'incidents' }>,
): void {
  const row = rows.get(message.key)
  if (row && row.revision > message.revision) return
  if (!before.has(message.key)) before.set(message.key, row?.finding)
  const finding = message.kind === 'finding' ? message.finding : undefined
  rows.set(message.key, { revision: message.revision, finding })
}

function difference(
  before: ReadonlyMap<string, Finding | undefined>,
  rows: ReadonlyMap<string, Row>,
): ReturnType<Effects['commit']> {
  const [raised, changed, withdrawn]: [string[], string[], string[]] = [[], [], []]
  for (const [key, old] of before) {
    const now = rows.get(key)?.finding
    if (!old && now) raised.push(key)
    else if (old && !now) withdrawn.push(key)
    else if (old && now && JSON.stringify(old) !== JSON.stringify(now)) changed.push(key)
  }
  return { raised, changed, withdrawn }
}

const byFirst = (a: Finding, b: Finding): number =>
  compareMarks(a.first, b.first) || (a.key < b.key ? -1 : 1)
const bySubject = (a: Incident, b: Incident): number =>
  a.first.at - b.first.at ||
  (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0) ||
  compareMarks(a.first, b.first) ||
  (a.title < b.title ? -1 : 1)
