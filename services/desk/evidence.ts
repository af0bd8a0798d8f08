import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Finding } from '#shared/messages/finding.ts'
import type { Use } from '#shared/messages/use.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'

/** The uses that marks stand for, as far as they can still be found; what is at hand is looked through first. */
export type Recall = (
  marks: readonly Mark[],
  hand: readonly MappedRecord[],
) => ReadonlyMap<string, Use>

/** Pieces of evidence of one finding, of one notice, and of all notices of a commit that are told whole: the earliest. */
const [findingMax, noticeMax, commitMax] = [10, 30, 500]

/** The earliest evidence of these findings, each record once, the findings by turns so that none is without. */
export function evidenceOf(findings: readonly Finding[]): readonly Mark[] {
  const chosen = new Map<string, Mark>()
  for (let turn = 0; turn < findingMax; turn++)
    for (const { evidence } of findings) {
      const mark = evidence[turn]
      if (mark && chosen.size < noticeMax) chosen.set(mark.id, mark)
    }
  return [...chosen.values()].toSorted(compareMarks)
}

/** The notices with what their fresh findings stand on. What a commit has too much of is told by its id alone. */
export function withEvidence(
  notices: readonly Notice[],
  hand: readonly MappedRecord[],
  recall: Recall,
): readonly Notice[] {
  const asked = notices.map(({ incident, fresh }) => {
    const isFresh = new Set(fresh)
    return evidenceOf(incident.findings.filter(({ key }) => isFresh.has(key)))
  })
  const marks = asked.flat().slice(0, commitMax)
  if (marks.length === 0) return notices
  const found = recall(marks, hand)
  return notices.map((notice, n) => {
    const evidence = (asked[n] ?? []).flatMap(({ id }) => found.get(id) ?? [])
    return { ...notice, evidence }
  })
}
