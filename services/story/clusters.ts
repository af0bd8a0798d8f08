import { compareMarks } from '#shared/facts/mark.ts'
import type { Finding } from '#shared/messages/finding.ts'

/** Findings of one story lie at most this far apart in event time (DESIGN §5). */
export const storyGapMs = 24 * 3_600_000

/** Total order of findings: by first evidence, then by key. */
export const compareFindings = (a: Finding, b: Finding): number =>
  compareMarks(a.first, b.first) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** Splits findings into stories wherever nothing happened for more than a day. */
export function clusters(findings: readonly Finding[]): Finding[][] {
  const found: Finding[][] = []
  let until = -Infinity
  for (const finding of findings.toSorted(compareFindings)) {
    const current = found.at(-1)
    if (current && finding.first.at <= until + storyGapMs) current.push(finding)
    else found.push([finding])
    until = Math.max(until, finding.last.at)
  }
  return found
}
