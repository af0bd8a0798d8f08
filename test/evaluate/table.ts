import type { Replayed } from '#services/replay/replay.ts'
import type { Check } from './check.ts'
import type { Entry } from './entries.ts'

/** One entry for the terminal: what was read, and what stands. */
export function entryText({ name }: Entry, { counts, incidents, findings }: Replayed): string {
  const { read, mapped, duplicate, dead, ignored } = counts
  const kept = Object.values(ignored).reduce((sum, n) => sum + n, 0)
  const head = `${name}: ${read} read, ${mapped} mapped, ${duplicate} duplicate, ${dead} dead, ${kept} ignored`
  const stories = incidents.map(
    ({ severity, title, credentials, findings: members }) =>
      `  ${severity.padEnd(9)}${title}\n           ${members.map(({ detection }) => detection).join(', ')}; ${credentials.length} credentials`,
  )
  const posture = findings.filter(({ severity }) => severity === 'info').length
  const aside = posture > 0 ? [`  ${posture} of posture`] : []
  return [head, ...stories, ...aside].join('\n')
}

/** Checks that failed, and how many passed. */
export function checksText(checks: readonly Check[]): string {
  const failed = checks.filter(({ passed }) => !passed)
  const lines = failed.map(
    ({ entry, name, detail }) => `FAILED ${entry}: ${name}${detail && ` (${detail})`}`,
  )
  return [...lines, `${checks.length - failed.length} passed, ${failed.length} failed`].join('\n')
}
