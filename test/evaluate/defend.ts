/**
 * What an expert wants from a folder, read from its DEFEND.md: sections `## N. folder…` with Markdown tables. Tables are known
 * by their headings; anything else on the page is for people.
 */
export type Expectations = {
  /** Rows of one attack each, by folder: `file | … | key | evidence | sev`. */
  readonly files: readonly FileRow[]
  /** Rows of one long attack: `… | evidence | … | weight`. */
  readonly deeds: readonly DeedRow[]
  /** What must stay silent: `what | count | why …`. */
  readonly silent: readonly SilentRow[]
  readonly counts: readonly IncidentCount[]
  /** Keys that the text calls stolen, and keys that it says not to list. */
  readonly stolen: readonly KeyRow[]
}

export type FileRow = {
  readonly folder: string
  /** As written: shortened. */
  readonly file: string
  readonly keys: readonly string[]
  readonly evidence: readonly string[]
  readonly severities: readonly string[]
}
export type DeedRow = {
  readonly folder: string
  readonly row: number
  readonly techniques: readonly string[]
  readonly evidence: readonly string[]
  readonly weight: string
}
export type SilentRow = {
  readonly folder: string
  readonly row: number
  readonly keys: readonly string[]
  readonly records: readonly string[]
  /** Sign-ins as `name hh:mm:ss`. */
  readonly consoles: readonly { readonly user: string; readonly time: string }[]
}
export type IncidentCount = { readonly folder: string; readonly min: number; readonly max: number }
export type KeyRow = { readonly folder: string; readonly key: string; readonly stolen: boolean }

type Row = Readonly<Record<string, string>>
type Table = {
  readonly folder: string
  readonly headings: readonly string[]
  readonly rows: readonly Row[]
}

const idsIn = (text: string): string[] => text.match(/\b[0-9a-f]{8}\b/g) ?? []
const keysIn = (text: string): string[] => text.match(/\b(?:AKIA|ASIA)\w{12,}\b/g) ?? []

export function parseDefend(text: string): Expectations {
  const sections = text.split(/^## /m).slice(1)
  const tables = sections.flatMap(tablesOf)
  const kind = (...needed: string[]) =>
    tables.filter(({ headings }) => needed.every((name) => headings.includes(name)))
  return {
    files: kind('file', 'key', 'evidence').flatMap(({ folder, rows }) =>
      rows.map((row) => fileRow(folder, row)),
    ),
    deeds: kind('evidence', 'weight').flatMap(({ folder, rows }) =>
      rows.map((row, i) => deedRow(folder, row, i)),
    ),
    silent: kind('what', 'count').flatMap(({ folder, rows }) =>
      rows.map((row, i) => silentRow(folder, row, i)),
    ),
    counts: sections.flatMap(countOf),
    stolen: sections.flatMap(stolenOf),
  }
}

/** The folder that a section is about: the first word of its heading that looks like one. */
const folderOf = (section: string): string => /^\d+\.\s+([\w.-]+)/.exec(section)?.[1] ?? ''

function tablesOf(section: string): Table[] {
  const folder = folderOf(section)
  const blocks = section.split('\n').reduce<string[][]>(
    (all, line) => {
      if (line.startsWith('|')) all.at(-1)?.push(line)
      else if (all.at(-1)?.length) all.push([])
      return all
    },
    [[]],
  )
  return blocks.flatMap(([head, , ...body]) => {
    if (head === undefined) return []
    const headings = cells(head)
    const rows = body.map((line) =>
      Object.fromEntries(cells(line).map((cell, i): [string, string] => [headings[i] ?? '', cell])),
    )
    return [{ folder, headings, rows }]
  })
}

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

function fileRow(folder: string, row: Row): FileRow {
  const { file = '', key = '', evidence = '', sev = '' } = row
  // `KEY ← PARENT` names the key first; what stands in brackets is said of it.
  const keys = keysIn(key.replace(/\(.*?\)/g, '')).slice(0, 1)
  return {
    folder,
    file,
    keys,
    evidence: idsIn(evidence.replace(/\(.*?\)/g, '')),
    severities: range(sev),
  }
}

const grades = ['info', 'low', 'medium', 'high', 'critical']
/** `low to medium` allows both. */
function range(text: string): string[] {
  const named = grades.filter((grade) => new RegExp(`\\b${grade}\\b`).test(text))
  const [first, last] = [named[0], named.at(-1)]
  return first && last ? grades.slice(grades.indexOf(first), grades.indexOf(last) + 1) : []
}

function deedRow(folder: string, row: Row, i: number): DeedRow {
  const { evidence = '', technique = '', weight = '' } = row
  const said = `${evidence} ${row['what'] ?? ''}`
  const techniques = technique.match(/T\d{4}(?:\.\d{3})?/g) ?? []
  return { folder, row: i + 1, techniques, evidence: idsIn(said), weight }
}

function silentRow(folder: string, row: Row, i: number): SilentRow {
  const text = Object.values(row).join(' ')
  const what = row['what'] ?? ''
  const user = /console sessions? ([\w-]+)/.exec(what)?.[1] ?? ''
  const times = user === '' ? [] : (what.match(/\b\d\d:\d\d:\d\d\b/g) ?? [])
  // What the row itself excepts is wanted elsewhere.
  const plain = text.replace(/Exception:.*/, '')
  return {
    folder,
    row: i + 1,
    keys: keysIn(plain),
    records: idsIn(plain),
    consoles: times.map((time) => ({ user, time })),
  }
}

function countOf(section: string): IncidentCount[] {
  const match = /\((\d+) to \d+ incidents?; more than (\d+) is a storm\)/.exec(section)
  return match ? [{ folder: folderOf(section), min: Number(match[1]), max: Number(match[2]) }] : []
}

function stolenOf(section: string): KeyRow[] {
  const folder = folderOf(section)
  const find = (pattern: RegExp, stolen: boolean): KeyRow[] =>
    [...section.matchAll(pattern)].map((match) => ({ folder, key: match[1] ?? '', stolen }))
  return [
    ...find(/\*\*((?:AKIA|ASIA)\w+) \(stolen\)\*\*/g, true),
    ...find(/do not list ((?:AKIA|ASIA)\w+) as stolen/g, false),
  ]
}
