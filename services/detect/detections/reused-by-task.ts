import type { Detection } from '../detection.ts'
import { foreignUses } from '../foreign-uses.ts'
import { lease, reports, sessionUse, subTask, task } from '../company.ts'

/** A credential that one task holds is used by another task of the same agent. */
export const reusedByTask: Detection = {
  id: 'reused-by-task',
  version: 2,
  title: 'A credential is used by a task that does not hold it',
  severity: 'high',
  attack: ['T1550.001'],
  why: 'A credential is given to one task, for its scope and its lifetime. A second task that uses it acts outside of both, and whoever steers it has taken what was not given.',
  falseAlarms:
    'A hand-off or sub-task that nobody declared. Declare it (task.started with parent, scope.handOffTo, or a lease with delegatedFrom) from a source that may speak for the holder.',
  reads: ['actors', 'keys', 'holder'],
  wait: '',
  withdrawnBy:
    'A declaration of a sub-task or hand-off by a source that may speak for the holder, received within 5 minutes of the use; a second report that claims the same request for another task.',
  judge: (session) => foreignUses(session, 'task'),
  fires: [
    {
      when: 'a second task reports the requestID of a use of a key that was leased to the first',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-1'),
      ],
      issuers: ['broker'],
    },
    {
      when: 'a second task says that it used the key, and nothing else is known',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-9', true),
      ],
      issuers: ['broker'],
    },
  ],
  silent: [
    {
      when: 'the holder itself reports the use',
      records: [...task('t-1'), lease('t-1'), sessionUse('r-1'), reports('t-1', 'r-1')],
      issuers: ['broker'],
    },
    {
      when: 'the second task is a declared sub-task of the holder',
      records: [
        ...task('t-1'),
        subTask('t-2', 't-1'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-1'),
      ],
      issuers: ['broker'],
    },
    {
      when: 'the broker handed the key on to the second task',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        lease('t-2', 't-1'),
        sessionUse('r-1'),
        reports('t-2', 'r-1'),
      ],
      issuers: ['broker'],
    },
    {
      when: 'two tasks claim the same request, so its actor is not known',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        sessionUse('r-1'),
        reports('t-1', 'r-1'),
        reports('t-2', 'r-1'),
      ],
      issuers: ['broker'],
    },
  ],
}
