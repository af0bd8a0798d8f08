import { earliest, latest } from '#shared/facts/mark.ts'
import type { Ended } from '#shared/messages/session-facts.ts'
import { lastOf } from './creds.ts'
import { agentsOfHolder, provenAgent, speaksForAll } from './delegates.ts'
import { agentsOfTask } from './evidence.ts'
import type { KeyView } from './keys.ts'
import { isNamedBy, onTime } from './registry.ts'
import type { CorrelateState } from './state.ts'

/** Tasks that may use the key: its holder, if it is one, and whoever it was handed to before its last use. */
export function owners(state: CorrelateState, { cred, decision, delegates }: KeyView): string[] {
  const { id } = decision.holder.task
  const { at } = lastOf(state, cred)
  const handed = delegates.filter(({ received }) => onTime(received, at))
  return id === null ? [] : [id, ...handed.map(({ task }) => task)]
}

/** The end of the last owner; undefined while one has not ended, or if no task holds the key. */
export function endOf(state: CorrelateState, view: KeyView): Ended | undefined {
  let end: Ended | undefined
  for (const task of owners(state, view)) {
    const ended = endOfTask(state, task, view)
    if (!ended) return undefined
    const known = Math.max(ended.known, end?.known ?? 0)
    end = { ...latest(end, { ...ended, task }), known }
  }
  return end
}

/**
 * The earliest end of a task that somebody declares who may speak for its agent: nobody else ends it (SEMANTICS A7). Whose
 * the holder's task is, the evidence says before anybody's claim to have started it; for another, whoever handed the key on.
 */
function endOfTask(
  state: CorrelateState,
  task: string,
  view: KeyView,
): Omit<Ended, 'task'> | undefined {
  const handed = view.delegates.find((each) => each.task === task)?.agents ?? []
  const isHolder = view.decision.holder.task.id === task
  const agents = isHolder
    ? agentsOfHolder(state, view, task)
    : handed.length > 0
      ? handed
      : agentsOfTask(state, task)
  const ends = (state.tasks.get(task)?.info?.ends ?? []).filter(({ source }) =>
    speaksForAll(state, agents, source),
  )
  if (ends.length === 0) return undefined
  const owner = provenAgent(view)
  const sure = ends
    .filter(
      ({ source, received }) =>
        received > 0 &&
        (state.policy.issuers.has(source) ||
          (owner !== null && isNamedBy(state.registry, owner, source))),
    )
    .map(({ received }) => received)
  const { at, id } = ends.reduce((a, b) => earliest(a, b))
  return { at, id, known: Math.min(Infinity, ...sure) }
}
