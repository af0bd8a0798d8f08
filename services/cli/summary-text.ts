import { severities, type Finding } from '#shared/messages/finding.ts'
import type { Attribution } from '#services/replay/attribution.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { measurability } from './measurable.ts'
import type { Run } from './run-files.ts'
import { findingText } from './incident-text.ts'
import { styled, type Pen } from './styled.ts'
import { mostFrequent } from './tally.ts'
import { plural } from './words.ts'

/** Reasons and posture notes that the terminal shows. */
const shownMax = 5

/** The end of a run: what was read and what became of it, what stands, and what could not be seen. */
export function summaryText(run: Run, paths: readonly string[], pen: Pen): string[] {
  const { replayed, tally } = run
  return [
    ...posture(replayed.findings, pen),
    pen(styled('strong', verdict(replayed))),
    '',
    pen(counted(replayed)),
    ...ignoredText(replayed, pen),
    ...refusals('refused', tally.dead, pen),
    ...(tally.dead.size > 0
      ? [pen(`  look at them: keytrail deadletters list --from ${paths.join(' ')}`)]
      : []),
    ...refusals('parts of records refused', tally.rejected, pen),
    ...Object.entries(replayed.skipped).map(([reason, count]) =>
      pen(`  left aside: ${count} × ${reason}`),
    ),
    ...replayed.unread.map(({ path, reason }) => pen(`  not read: ${path}: ${reason}`)),
    pen(
      `Uses by holder   agent: ${ranked(replayed.attribution)}; task: ${ranked(replayed.attributionTask)}`,
    ),
    ...stampText(run, pen),
    ...measurability(run).notMeasurable.map(({ what, why }) =>
      pen(`Not measurable   ${what}: ${why}`),
    ),
    pen(styled('faint', `Outcome ${replayed.hash}`)),
  ]
}

function verdict({ incidents, counts }: Replayed): string {
  if (counts.read === 0)
    return 'Nothing could be read: this run says nothing about your credentials.'
  if (counts.mapped === 0)
    return 'No record could be used: this run says nothing about your credentials.'
  if (incidents.length === 0) return 'No incident stands in what could be judged.'
  const by = [...severities]
    .toReversed()
    .map(
      (severity) =>
        [severity, incidents.filter((each) => each.severity === severity).length] as const,
    )
    .filter(([, count]) => count > 0)
  return `${plural(incidents.length, 'incident')}: ${by.map(([severity, count]) => `${count} ${severity}`).join(', ')}.`
}

function counted({ counts }: Replayed): string {
  const ignored = Object.values(counts.ignored).reduce((sum, n) => sum + n, 0)
  const { read, mapped, duplicate, dead } = counts
  const n = (value: number): string => value.toLocaleString('en')
  return `Read ${plural(read, 'record')} = ${n(mapped)} mapped + ${n(duplicate)} duplicate + ${n(dead)} refused + ${n(ignored)} ignored.`
}

function ignoredText({ counts }: Replayed, pen: Pen): string[] {
  return mostFrequent(new Map(Object.entries(counts.ignored))).map(([reason, count]) =>
    pen(`  ignored ${count.toLocaleString('en')} × ${reason}`),
  )
}

function refusals(word: string, reasons: ReadonlyMap<string, number>, pen: Pen): string[] {
  const sorted = mostFrequent(reasons)
  const rest = sorted.length - shownMax
  return [
    ...sorted
      .slice(0, shownMax)
      .map(([reason, count]) => pen(`  ${word} ${count.toLocaleString('en')} × ${reason}`)),
    ...(rest > 0 ? [pen(`  ${word} for ${plural(rest, 'more reason')}`)] : []),
  ]
}

const ranked = (attribution: Attribution): string =>
  Object.entries(attribution)
    .filter(([, count]) => count > 0)
    .map(([rank, count]) => `${count.toLocaleString('en')} ${rank}`)
    .join(', ') || 'no use'

function stampText({ tally }: Run, pen: Pen): string[] {
  if (tally.unstamped === 0) return []
  return [
    pen(
      `Reports          ${plural(tally.unstamped, 'agent report')} without a door stamp, taken as on time`,
    ),
  ]
}

/** What is worth knowing and pages nobody. */
function posture(findings: readonly Finding[], pen: Pen): string[] {
  const notes = findings.filter(({ severity }) => severity === 'info')
  if (notes.length === 0) return []
  const rest = notes.length - shownMax
  return [
    pen(styled('strong', 'Posture (no incident)')),
    ...notes.slice(0, shownMax).flatMap((finding) => findingText(finding, pen)),
    ...(rest > 0 ? [pen(`  … and ${plural(rest, 'note')} more: --json shows them all`)] : []),
    '',
  ]
}
