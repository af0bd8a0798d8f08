import { compareMarks } from '#shared/facts/mark.ts'
import type { IssueCopy } from '#shared/messages/use.ts'

/** How far creationDate may lie from the issue record: issue and use share a second. */
const slackMs = 2_000

/** Issues of one key id to one principal that are kept: two copies, and variants. */
const copiesMax = 8

/**
 * Copies of one issue, the best first: the caller's before the owner's, then the fullest, then the smaller id; of variants
 * that are as full and disagree, the smaller text (SEMANTICS A2).
 */
const betterCopy = (a: IssueCopy, b: IssueCopy): number =>
  Number(a.issue.copy === 'owner') - Number(b.issue.copy === 'owner') ||
  b.issue.weight - a.issue.weight ||
  compareMarks(a, b) ||
  compareText(a, b)

function compareText(a: IssueCopy, b: IssueCopy): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Adds a copy to those of one key id and principal; true if anything changed. */
export function addCopy(copies: IssueCopy[], copy: IssueCopy): boolean {
  const twin = copies.findIndex(({ id }) => id === copy.id)
  if (twin >= 0) {
    const kept = copies[twin]
    if (kept && betterCopy(kept, copy) <= 0) return false
    copies.splice(twin, 1)
  }
  copies.push(copy)
  copies.sort(betterCopy)
  copies.length = Math.min(copies.length, copiesMax)
  return true
}

/**
 * The issue that made a credential: same key id and the promised principal (both are how copies are stored), and a
 * creationDate within 2 s. A credential without a creationDate is not matched.
 */
export const matchingIssue = (
  copies: readonly IssueCopy[] | undefined,
  created: number,
): IssueCopy | undefined =>
  created === 0 ? undefined : copies?.find(({ at }) => Math.abs(at - created) <= slackMs)
