import { canonicalise } from '#shared/facts/canonical.ts'
import type { TimedCut } from '#shared/messages/cut.ts'
import type { Standing } from '#shared/ports/actuator.ts'

/** Cuts that write our policy. */
export type Denying = Exclude<TimedCut, { kind: 'disable-key' }>

/** Name of the inline policy that we keep on roles and users. What bears another name is never touched. */
export const denialPolicy = 'KeytrailContainment'

/**
 * What our policy on one role or user denies: unit → epoch ms (whole seconds) before which its sessions were issued. A unit
 * is an `aws:userid` (`AROA…:session`), or `everySession` for all sessions of a user. At most as many as IAM's limit holds.
 */
export type Denials = ReadonlyMap<string, number>

export const everySession = ''

export const noDenials: Denials = new Map()

/** `aws:TokenIssueTime` has whole seconds: a session issued in the second of the decision is cut with it. */
export const wholeSecond = (at: number): number => Math.ceil(at / 1000) * 1000

const timeText = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** The policy document: one statement for each time, merged over its units (IAM User Guide, "policy elements"). */
export function documentOf(denials: Denials): string {
  const byTime = Map.groupBy([...denials.keys()].toSorted(), (unit) => denials.get(unit) ?? 0)
  const statements = [...byTime]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([at, units]) => statementsOf(at, units))
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((condition, i) => ({
      Sid: `Keytrail${i + 1}`,
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: condition,
    })),
  })
}

type Condition = {
  readonly DateLessThan: { readonly 'aws:TokenIssueTime': string }
  readonly StringEquals?: { readonly 'aws:userid': readonly string[] }
}

function statementsOf(at: number, units: readonly string[]): Condition[] {
  const when = { DateLessThan: { 'aws:TokenIssueTime': timeText(at) } }
  const named = units.filter((unit) => unit !== everySession)
  return [
    ...(named.length < units.length ? [when] : []),
    // StringEquals takes `*` and `?` in a session name as they are; one value or many, always a list.
    ...(named.length > 0 ? [{ ...when, StringEquals: { 'aws:userid': named } }] : []),
  ]
}

/** What a document of ours denies; undefined where anybody else wrote or changed it. */
export function denialsOf(document: string): Denials | undefined {
  const denials = new Map<string, number>()
  try {
    const { Statement } = JSON.parse(document) as { Statement: { Condition: Condition }[] }
    for (const { Condition: condition } of Statement) {
      const at = Date.parse(condition.DateLessThan['aws:TokenIssueTime'])
      for (const unit of condition.StringEquals?.['aws:userid'] ?? [everySession])
        denials.set(unit, at)
    }
    return isSame(document, documentOf(denials)) ? denials : undefined
  } catch {
    return undefined
  }
}

/** IAM keeps white space and order as sent, but nobody promises it. */
const isSame = (a: string, b: string): boolean =>
  canonicalise(JSON.parse(a)) === canonicalise(JSON.parse(b))

/** The same and this unit, until the later of both times: an earlier one would let sessions in again. */
export function withDenial(denials: Denials, unit: string, issuedBefore: number): Denials {
  const at = Math.max(wholeSecond(issuedBefore), denials.get(unit) ?? 0)
  return new Map(denials).set(unit, at)
}

/**
 * The same with this unit as it was before ours; undefined where what stands is neither ours nor what was there before.
 *
 * @param before until when the unit was cut before ours; null: it was not
 */
export function withoutDenial(
  denials: Denials,
  unit: string,
  issuedBefore: number,
  before: number | null,
): Denials | undefined {
  const ours = Math.max(wholeSecond(issuedBefore), before ?? 0)
  const stands = denials.get(unit) ?? null
  if (stands === before) return denials
  if (stands !== ours) return undefined
  const rest = new Map(denials)
  if (before === null) rest.delete(unit)
  else rest.set(unit, before)
  return rest
}

/** How a denial stands in the text of our policy; null: there is no policy. */
export function standingOf(document: string | null, cut: Denying): Standing {
  if (document === null) return 'absent'
  const denials = denialsOf(document)
  const at = denials && deniedUntil(denials, cut)
  if (denials && at === undefined) return 'absent'
  return at !== undefined && at >= wholeSecond(cut.issuedBefore) ? 'in-force' : 'changed-by-others'
}

/** Whatever the role's id: our policy is gone with the role that it was on. */
function deniedUntil(denials: Denials, cut: Denying): number | undefined {
  if (cut.kind === 'deny-user-sessions') return denials.get(everySession)
  const ends = `:${cut.session}`
  return [...denials].find(([unit]) => unit.endsWith(ends))?.[1]
}

/**
 * Longest life of a session: role sessions 12 hours, those of users 36 (STS API Reference). A denial of sessions issued
 * before a time that far back denies nobody any more.
 */
export function withoutExpired(denials: Denials, now: number): Denials {
  const hours = (unit: string) => (unit === everySession ? 36 : 12)
  return new Map([...denials].filter(([unit, at]) => at + hours(unit) * 3_600_000 > now))
}

/** Characters that inline policies of one entity may have together, white space not counted (IAM User Guide, "quotas"). */
export const inlineLimits = { user: 2_048, role: 10_240 } as const

export const inlineSize = (document: string): number => document.replace(/\s/g, '').length
