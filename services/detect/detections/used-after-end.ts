import type { Verdict } from '#shared/messages/finding.ts'
import type { ActorFacts, Ended, KeyFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { ended, lease, sessionUse, task } from '../company.ts'

/** A credential is used after every task that may use it has ended. */
export const usedAfterEnd: Detection = {
  id: 'used-after-end',
  version: 2,
  title: 'A credential is used after its task ended',
  severity: 'high',
  attack: ['T1550.001'],
  why: 'Access that was issued for one task outlives it, and somebody noticed.',
  falseAlarms:
    'A runtime that reports the end of a task before its last call is done, by more than the grace.',
  reads: ['keys', 'holder', 'actors'],
  wait: 'endGrace (60 s by default) of event time after the end',
  withdrawnBy: 'A lease of the same key to a task that has not ended, from a configured issuer.',
  judge: (session, policy) =>
    session.keys.flatMap((key) => late(key, session.actors, policy.endGraceMs)),
  fires: [
    {
      when: 'the last use lies two minutes after the end',
      records: [
        ...task('t-1'),
        lease('t-1'),
        sessionUse('r-1', 60),
        ended('t-1', 120),
        sessionUse('r-2', 240),
      ],
      issuers: ['broker'],
    },
    {
      when: 'the lease is only learnt of afterwards',
      records: [sessionUse('r-2', 240), ended('t-1', 120), ...task('t-1'), lease('t-1')],
      issuers: ['broker'],
    },
  ],
  silent: [
    {
      when: 'a straggler within the grace',
      records: [...task('t-1'), lease('t-1'), ended('t-1', 120), sessionUse('r-1', 150)],
      issuers: ['broker'],
    },
    {
      when: 'the key was handed on to a task that goes on',
      records: [
        ...task('t-1'),
        ...task('t-2'),
        lease('t-1'),
        lease('t-2', 't-1'),
        ended('t-1', 120),
        sessionUse('r-1', 240),
      ],
      issuers: ['broker'],
    },
  ],
}

function late(key: KeyFacts, actors: readonly ActorFacts[], graceMs: number): Verdict[] {
  const { ended: end, holder } = key
  if (!end || key.last.at <= end.at + graceMs) return []
  const proven = holder.task.rank === 'exact' || holder.task.rank === 'corroborated'
  const doubts = doubtsOf(key, actors, end, graceMs)
  return [
    {
      unit: key.key,
      severity: proven ? 'high' : 'medium',
      evidence: [{ at: end.at, id: end.id }, key.last],
      says: `was used ${ago(key.last.at - end.at)} after task ${end.task} ended`,
      credentials: [key.key],
      unknown: [
        ...(proven
          ? []
          : [`that the key was ${end.task}’s is ${holder.task.rank} (${holder.task.rule})`]),
        ...doubts,
      ],
      ...(doubts.length > 0 && { never: 'auto' as const }),
    },
  ]
}

/** Why no machine acts on it: whoever may end a task could end another's for a time that is past. */
function doubtsOf(
  { key, last }: KeyFacts,
  actors: readonly ActorFacts[],
  end: Ended,
  graceMs: number,
): string[] {
  const isTold = last.at > end.known + graceMs
  const isAtWork = actors.some(
    (actor) =>
      actor.key === key &&
      actor.foreign === '' &&
      actor.excuse !== '' &&
      actor.rank === 'corroborated' &&
      actor.last.at > end.at + graceMs,
  )
  return [
    ...(isTold ? [] : ['that the task had ended was not surely known at the time of the use']),
    ...(isAtWork ? ['its own runtime reports the use, as if the task went on'] : []),
  ]
}

/** "90 s", "12 min", "3 h". */
export function ago(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
