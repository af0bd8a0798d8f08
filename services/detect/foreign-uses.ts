import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { ActorFacts, KeyFacts, SessionFacts } from '#shared/messages/session-facts.ts'

/**
 * What both reuse detections share. A use is foreign when its actor is known by evidence about that use (a requestID that a
 * report names, a report that names the key) and is not the holder at that level, nor its declared sub-task or hand-off.
 */
export function foreignUses(session: SessionFacts, level: 'task' | 'agent'): Verdict[] {
  const keys = new Map(session.keys.map((key) => [key.key, key]))
  return session.actors
    .filter(({ foreign }) => foreign === level)
    .flatMap((actor) => {
      const key = keys.get(actor.key)
      return key ? [verdict(actor, key)] : []
    })
}

function verdict(actor: ActorFacts, key: KeyFacts): Verdict {
  const corroborated = actor.rank === 'corroborated'
  const mayAct = corroborated && actor.sure
  const who = [actor.task && `task ${actor.task}`, actor.agent && `agent ${actor.agent}`].filter(
    Boolean,
  )
  const explained = actor.claimedExcuse
    ? [`explained by a claim that does not count: ${actor.claimedExcuse}`]
    : []
  return {
    unit: `${actor.key} ${actor.task} ${actor.agent}`,
    severity: severityOf(actor, key),
    evidence: actor.marks,
    says: `was used by ${who.join(' of ')}, to whom it was not given`,
    credentials: [actor.key],
    joins: actor.root,
    unknown: [
      ...explained,
      ...(corroborated ? [] : [`the actor is known by a report alone (${actor.rule})`]),
      ...(corroborated && !mayAct ? ['that it was he is the word of one source'] : []),
    ],
    ...(!mayAct && { never: 'auto' as const }),
  }
}

/** Another agent weighs as much as another task; what only a report claims, or only a claim owns, weighs less. */
function severityOf(actor: ActorFacts, { holder }: KeyFacts): Severity {
  const owned = holder.task.id === null ? holder.agent.rank : holder.task.rank
  const proven = owned === 'exact' || owned === 'corroborated'
  return actor.rank === 'corroborated' && proven ? 'high' : 'medium'
}
