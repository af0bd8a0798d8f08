import type { Detection } from '../detection.ts'
import { foreignUses } from '../foreign-uses.ts'
import { lease, registered, reports, sessionUse, task } from '../company.ts'

/** A credential that one agent holds is used by another agent. */
export const reusedByAgent: Detection = {
  id: 'reused-by-agent',
  version: 2,
  title: 'A credential is used by an agent that does not hold it',
  severity: 'high',
  attack: ['T1550.001', 'T1078.004'],
  why: 'An agent that acts with another agent’s credential has the power of both, and leaves the other’s name in the logs.',
  falseAlarms:
    'Agents that share one long-lived key without anybody saying so. Register the principal for both of them, and the holder is shown as ambiguous instead.',
  reads: ['actors', 'keys', 'holder'],
  wait: '',
  withdrawnBy:
    'A declaration of a sub-task or hand-off by a source that may speak for the holder, received within 5 minutes of the use; a registration of the other agent on the same principal.',
  judge: (session) => foreignUses(session, 'agent'),
  fires: [
    {
      when: 'another agent’s task reports the requestID of a use of a leased key',
      records: [
        ...task('t-1'),
        ...task('t-2', 'agent-2'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-1', false, 'agent-2'),
      ],
      issuers: ['broker'],
    },
    {
      when: 'a principal is registered for one agent, and another reports a use of it',
      records: [registered('agent-1'), sessionUse('r-1'), reports('t-2', 'r-1', false, 'agent-2')],
    },
  ],
  silent: [
    {
      when: 'tasks of the registered agent use its long-lived principal',
      records: [
        registered('agent-1'),
        sessionUse('r-1'),
        sessionUse('r-2'),
        reports('t-1', 'r-1'),
        reports('t-2', 'r-2'),
      ],
    },
    {
      when: 'two agents are registered on the principal, so the holder is ambiguous',
      records: [
        registered('agent-1'),
        registered('agent-2'),
        sessionUse('r-1'),
        reports('t-2', 'r-1', false, 'agent-2'),
      ],
    },
  ],
}
