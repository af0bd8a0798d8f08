import type { Finding } from '#shared/messages/finding.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { check, type Check } from './check.ts'
import type { DeedRow, Expectations, FileRow, SilentRow } from './defend.ts'
import { disagreements } from './disagreements.ts'
import type { Entry } from './entries.ts'

/** A wanted row beside what was given for it: one line of docs/evaluation.md. No ids of records or keys. */
export type Verdict = {
  readonly where: string
  readonly wanted: string
  readonly given: string
  readonly detections: readonly string[]
  readonly found: boolean
  readonly agrees: boolean
  readonly reason: string
}

type Judged = { readonly checks: readonly Check[]; readonly verdicts: readonly Verdict[] }

/** Compares what stands with what DEFEND.md wants and forbids of this entry. */
export function judgeEntry(entry: Entry, replayed: Replayed, wanted: Expectations): Judged {
  const here = <T extends { readonly folder: string }>(rows: readonly T[]): T[] =>
    rows.filter(({ folder }) => folder === entry.folder)
  const files = here(wanted.files).filter(({ file }) => isFile(entry, file))
  const deeds = entry.name === entry.folder ? here(wanted.deeds) : []
  const verdicts = [
    ...files.map((row) => fileVerdict(row, replayed)),
    ...deeds.map((row) => deedVerdict(row, replayed)),
  ]
  const both = new Set([...deeds, ...files].flatMap(({ evidence }) => evidence))
  return {
    verdicts,
    checks: [
      ...verdicts.flatMap((verdict) => verdictChecks(entry, verdict)),
      ...files.flatMap((row) => fileChecks(entry, row, replayed)),
      ...(entry.name === entry.folder ? folderChecks(entry, replayed, wanted, both) : []),
      maskedCheck(entry, replayed),
    ],
  }
}

/** Files are written short: `ca.stop` stands for `aws.credential-access.stop.jsonl`. */
function isFile({ name }: Entry, short: string): boolean {
  const rest = short.slice(short.indexOf('.') + 1)
  return name.replace(/\.jsonl?$/, '').endsWith(`.${rest}`)
}

const alarming = ({ severity }: Finding): boolean => severity !== 'info'
const members = ({ incidents }: Replayed): Finding[] =>
  incidents.flatMap(({ findings }) => findings)
const shows = ({ evidence }: Finding, ids: readonly string[]): boolean =>
  evidence.some(({ id }) => ids.some((short) => id.startsWith(short)))

function fileVerdict(row: FileRow, replayed: Replayed): Verdict {
  const { incidents } = replayed
  const given = incidents.map(({ severity }) => severity)
  const found = members(replayed).filter((finding) => shows(finding, row.evidence))
  return {
    where: row.file,
    wanted: row.severities.join(' or '),
    given: given.length === 0 ? 'nothing' : given.join(', '),
    detections: namesOf(incidents.flatMap(({ findings }) => findings)),
    found: found.length > 0,
    agrees: given.some((severity) => row.severities.includes(severity)),
    reason: disagreements[row.file] ?? '',
  }
}

function deedVerdict(row: DeedRow, replayed: Replayed): Verdict {
  const found = members(replayed).filter((finding) => shows(finding, row.evidence))
  const severities = [...new Set(found.map(({ severity }) => severity))]
  const where = `${row.folder} row ${row.row}`
  return {
    where: `${where} (${row.techniques.join(', ')})`,
    wanted: row.weight,
    given: severities.join(', ') || 'nothing',
    detections: namesOf(found),
    found: found.length > 0,
    agrees: severities.some((severity) => severity === row.weight),
    reason: disagreements[where] ?? '',
  }
}

const namesOf = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ detection }) => detection))].toSorted()

/** What is wanted must be found, with the severity that was wanted, or with a reason why another one. */
function verdictChecks(
  entry: Entry,
  { where, wanted, given, found, agrees, reason }: Verdict,
): Check[] {
  const detail = `wanted ${wanted}, given ${given}`
  return [
    check(entry.name, `${where}: its evidence is found`, found, detail),
    check(entry.name, `${where}: severity`, agrees || reason !== '', agrees ? '' : detail),
  ]
}

function fileChecks(entry: Entry, row: FileRow, { incidents }: Replayed): Check[] {
  const named = new Set(incidents.flatMap(({ credentials }) => credentials))
  return [
    check(entry.name, 'one incident', incidents.length === 1, `${incidents.length} incidents`),
    ...row.keys.map((key) =>
      check(entry.name, 'its key is named', named.has(key), [...named].join(', ')),
    ),
  ]
}

function folderChecks(
  entry: Entry,
  replayed: Replayed,
  wanted: Expectations,
  both: ReadonlySet<string>,
): Check[] {
  const { incidents } = replayed
  const of = <T extends { readonly folder: string }>(rows: readonly T[]): T[] =>
    rows.filter(({ folder }) => folder === entry.folder)
  const named = new Set(incidents.flatMap(({ credentials }) => credentials))
  return [
    ...of(wanted.counts).map(({ min, max }) =>
      check(
        entry.name,
        `${min} to ${max} incidents`,
        incidents.length >= min && incidents.length <= max,
        `${incidents.length} incidents`,
      ),
    ),
    ...of(wanted.stolen).map(({ key, stolen }) =>
      check(
        entry.name,
        stolen ? 'the stolen key is named' : 'its honest twin is not',
        named.has(key) === stolen,
        key,
      ),
    ),
    ...of(wanted.silent).map((row) => silentCheck(entry, row, replayed, both)),
  ]
}

/** Nothing that the row names may be raised above `low`, and none of its keys or sign-ins at all. */
function silentCheck(
  entry: Entry,
  row: SilentRow,
  replayed: Replayed,
  both: ReadonlySet<string>,
): Check {
  const records = row.records.filter((id) => !both.has(id))
  const wrong = replayed.findings.filter(alarming).filter((finding) => {
    const byRecord = finding.severity !== 'low' && shows(finding, records)
    const byKey = finding.credentials.some((key) => row.keys.includes(key))
    return byRecord || byKey || isConsole(finding, row)
  })
  const detail = wrong
    .map((w) => `${w.detection} ${w.severity} ${w.evidence[0]?.id.slice(0, 8) ?? ''}`)
    .join('; ')
  return check(entry.name, `silent row ${row.row}`, wrong.length === 0, detail)
}

const isConsole = ({ session }: Finding, { consoles }: SilentRow): boolean =>
  consoles.some(
    ({ user, time }) => session.includes(`/user/${user}@`) && session.includes(`T${time}`),
  )

/** A key that somebody masked is not a key. */
function maskedCheck(entry: Entry, { findings }: Replayed): Check {
  const masked = findings
    .flatMap(({ credentials }) => credentials)
    .filter((key) => key.includes('*'))
  return check(entry.name, 'no masked key is a credential', masked.length === 0, masked[0] ?? '')
}
