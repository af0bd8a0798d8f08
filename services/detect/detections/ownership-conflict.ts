import type { Conflict } from '#shared/messages/holder.ts'
import type { Verdict } from '#shared/messages/finding.ts'
import type { Detection } from '../detection.ts'
import { lease, mint, minted, registered, reports, sessionUse, task } from '../company.ts'

/** Somebody says that a credential is another's than the better evidence shows. */
export const ownershipConflict: Detection = {
  id: 'ownership-conflict',
  version: 1,
  title: 'A credential is claimed for somebody who does not hold it',
  severity: 'medium',
  attack: ['T1550.001'],
  why: 'Whoever mints a credential chooses its session name and tags. An agent that writes another’s task on it hides behind that task.',
  falseAlarms:
    'An orchestrator that is not configured as an issuer, so that its tags are taken for a caller’s own words.',
  reads: ['holder', 'keys'],
  wait: '',
  withdrawnBy: 'Evidence of the same rank or better for what was claimed.',
  judge: ({ conflicts, keys }) => {
    const names = keys.map(({ key }) => key)
    return conflicts.filter(written).map((conflict) => verdict(conflict, names))
  },
  fires: [
    {
      when: 'an agent mints from its own key and writes another agent’s task on it',
      records: [
        registered('agent-1'),
        ...task('t-9', 'agent-9'),
        sessionUse('r-1'),
        mint('t-9'),
        minted(),
      ],
    },
    {
      when: 'a leased key mints a child that is tagged with another task',
      records: [...task('t-1'), ...task('t-9', 'agent-9'), lease('t-1'), mint('t-9'), minted()],
      issuers: ['broker'],
    },
  ],
  silent: [
    {
      when: 'the tag names the task that holds the parent',
      records: [...task('t-1'), lease('t-1'), mint('t-1'), minted()],
      issuers: ['broker'],
    },
    {
      when: 'only a report disagrees: that is told by the reuse detections',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-1'),
      ],
      issuers: ['broker'],
    },
  ],
}

/** Markers that a caller wrote into AWS; what reports claim is judged by the reuse detections. */
const written = ({ rule }: Conflict): boolean => rule.includes('written by the caller')

function verdict(conflict: Conflict, names: readonly string[]): Verdict {
  return {
    unit: `${conflict.level} ${conflict.says}`,
    severity: 'medium',
    evidence: [{ at: conflict.at, id: conflict.record }],
    says: `carries the name of ${conflict.level} ${conflict.says} (${conflict.rule}), but belongs to ${conflict.holder}`,
    credentials: names,
    unknown: [`who wrote ${conflict.says} on it, and why`],
    never: 'auto',
  }
}
