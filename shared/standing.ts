import { compareMarks } from './facts/mark.ts'
import type { Finding } from './messages/finding.ts'
import type { ToEffects } from './messages/hops.ts'
import type { Incident } from './messages/incident.ts'
import type { Because, Changes, FindingRow, IncidentChange, Standing } from './ports/effects.ts'

/** The incidents of one lease root. */
export type IncidentRow = {
  /** What the engine last said of it. */
  readonly said: readonly Incident[]
  /** What an earlier version found in records that are forgotten since: nobody can judge it again, so it stays. */
  readonly kept: readonly Incident[]
}

/** What stood before, looked up as it is needed. */
export type Before = {
  readonly finding: (key: string) => FindingRow | undefined
  readonly incidents: (root: string) => IncidentRow | undefined
}

/** What a commit has to write, by key and by root; a finding that is undefined stands no more. */
export type Settled = {
  readonly findings: ReadonlyMap<string, FindingRow | undefined>
  readonly incidents: ReadonlyMap<string, IncidentRow>
  readonly changes: Changes
}

const nothing: readonly Incident[] = []

/** What stands after units of work said what they did: the same for every store. */
export function settle(said: readonly ToEffects[], before: Before, position: number): Settled {
  const rows = new Map<string, { readonly revision: number; readonly finding?: Finding }>()
  const incidents = new Map<string, IncidentRow>()
  for (const message of said) {
    const { key } = message
    if (message.kind === 'incidents') {
      const kept = before.incidents(key)?.kept ?? nothing
      incidents.set(key, rowOf(message.incidents, kept))
      continue
    }
    // What moves to another subject is told by two partitions in one unit, in any order: the revision decides.
    const known = rows.get(key) ?? before.finding(key)
    if (known && known.revision > message.revision) continue
    const { revision } = message
    rows.set(
      key,
      message.kind === 'finding' ? { revision, finding: message.finding } : { revision },
    )
  }
  const findings = new Map(
    [...rows].map(([key, { revision, finding }]) => [key, finding && { revision, finding }]),
  )
  return settled(findings, incidents, before, { position, because: 'records' })
}

/**
 * What stands after other code or settings judged the same records: what they find, and of what stood before what they could not
 * judge, since the records that it is from are forgotten.
 *
 * @param roots of all incidents that stood before
 */
export function resettle(
  standing: Standing,
  before: Before & { readonly keys: Iterable<string>; readonly roots: Iterable<string> },
  isForgotten: (finding: string) => boolean,
  position: number,
): Settled {
  const isLeft = (key: string): boolean => !standing.findings.has(key) && isForgotten(key)
  const findings = new Map<string, FindingRow | undefined>(standing.findings)
  for (const key of before.keys)
    if (!findings.has(key) && !isForgotten(key)) findings.set(key, undefined)
  const incidents = new Map<string, IncidentRow>()
  for (const root of new Set([...standing.incidents.keys(), ...before.roots])) {
    const { said, kept } = before.incidents(root) ?? { said: nothing, kept: nothing }
    const left = [...said, ...kept].filter(({ findings: of }) => of.some(({ key }) => isLeft(key)))
    incidents.set(root, rowOf(standing.incidents.get(root) ?? nothing, left))
  }
  return settled(findings, incidents, before, { position, because: 'version' })
}

/** What stands, in memory. */
export type Held = Before & {
  readonly findings: ReadonlyMap<string, FindingRow>
  readonly rows: ReadonlyMap<string, IncidentRow>
  write(settled: Settled): void
}

export function held(): Held {
  const findings = new Map<string, FindingRow>()
  const rows = new Map<string, IncidentRow>()
  return {
    findings,
    rows,
    finding: (key) => findings.get(key),
    incidents: (root) => rows.get(root),
    write(settled) {
      for (const [key, row] of settled.findings) {
        if (row) findings.set(key, row)
        else findings.delete(key)
      }
      for (const [root, row] of settled.incidents) {
        if (allOf(row).length > 0) rows.set(root, row)
        else rows.delete(root)
      }
    },
  }
}

/** Something that is told anew needs not be kept. */
function rowOf(said: readonly Incident[], kept: readonly Incident[]): IncidentRow {
  if (kept.length === 0) return { said, kept }
  const told = new Set(said.flatMap(({ findings }) => findings.map(({ key }) => key)))
  return { said, kept: kept.filter(({ findings }) => !findings.some(({ key }) => told.has(key))) }
}

function settled(
  findings: Settled['findings'],
  incidents: Settled['incidents'],
  before: Before,
  { position, because }: { readonly position: number; readonly because: Because },
): Settled {
  const [raised, changed, withdrawn]: [string[], string[], string[]] = [[], [], []]
  for (const [key, row] of findings) {
    const [old, now] = [before.finding(key)?.finding, row?.finding]
    if (!old && now) raised.push(key)
    else if (old && !now) withdrawn.push(key)
    else if (old && now && !isSame(old, now)) changed.push(key)
  }
  const changes = [...incidents].flatMap(([root, row]): IncidentChange[] => {
    const change = { root, before: allOf(before.incidents(root)), now: allOf(row) }
    return isSame(change.before, change.now) ? [] : [change]
  })
  return {
    findings,
    incidents,
    changes: { position, because, raised, changed, withdrawn, incidents: changes },
  }
}

export const allOf = (row: IncidentRow | undefined): readonly Incident[] =>
  !row ? nothing : row.kept.length === 0 ? row.said : [...row.said, ...row.kept]

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The order in which findings are told. */
export const byFirst = (a: Finding, b: Finding): number =>
  compareMarks(a.first, b.first) || (a.key < b.key ? -1 : 1)

/** The order in which incidents are told. */
export const bySubject = (a: Incident, b: Incident): number =>
  a.first.at - b.first.at ||
  (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0) ||
  compareMarks(a.first, b.first) ||
  (a.title < b.title ? -1 : 1)
