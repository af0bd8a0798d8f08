import type { Detection } from '../detection.ts'
import { longLived, registeredUser, reports, sessionUse, registered } from '../company.ts'

/** Tasks beyond which a shared long-lived key is worth a word. */
const tasksMin = 2

/** One long-lived key serves many tasks of its agent: normal, but nobody can be told apart or cut off alone. */
export const longLivedKey: Detection = {
  id: 'long-lived-key',
  version: 1,
  title: 'One long-lived key serves several tasks',
  severity: 'info',
  attack: [],
  why: 'All tasks share one credential: a stolen one cannot be told from the others, and cutting it stops them all. Per-task credentials make attribution exact.',
  falseAlarms: 'None: it is posture, it opens no incident.',
  reads: ['actors', 'keys', 'holder'],
  wait: '',
  withdrawnBy: 'Nothing: it stands as long as the key is used so.',
  judge: ({ created, keys, actors, holder }) => {
    if (created > 0 || holder.agent.id === null || holder.task.id !== null) return []
    return keys.flatMap(({ key }) => {
      const own = actors.filter(
        (actor) => actor.key === key && actor.foreign === '' && actor.task !== '',
      )
      if (new Set(own.map(({ task }) => task)).size < tasksMin) return []
      return [
        {
          unit: key,
          severity: 'info' as const,
          evidence: own.map(({ first }) => first),
          says: `serves ${new Set(own.map(({ task }) => task)).size} tasks as one long-lived key`,
          credentials: [key],
        },
      ]
    })
  },
  fires: [
    {
      when: 'two tasks of the agent use its access key',
      records: [
        registeredUser('agent-1'),
        longLived('r-1'),
        longLived('r-2'),
        reports('t-1', 'r-1'),
        reports('t-2', 'r-2'),
      ],
    },
    {
      when: 'three do, in any order',
      records: [
        reports('t-3', 'r-3'),
        longLived('r-3'),
        longLived('r-2'),
        longLived('r-1'),
        reports('t-2', 'r-2'),
        reports('t-1', 'r-1'),
        registeredUser('agent-1'),
      ],
    },
  ],
  silent: [
    {
      when: 'one task uses it',
      records: [registeredUser('agent-1'), longLived('r-1'), reports('t-1', 'r-1')],
    },
    {
      when: 'the credential is a session, which ends by itself',
      records: [
        registered('agent-1'),
        sessionUse('r-1'),
        sessionUse('r-2'),
        reports('t-1', 'r-1'),
        reports('t-2', 'r-2'),
      ],
    },
  ],
}
