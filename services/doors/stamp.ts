import type { AgentActivity } from '#shared/messages/activity.ts'
import { isReport, type Normalised } from '#shared/messages/record.ts'
import { printableUpTo } from '#shared/printable.ts'
import type { SourceRow } from '#shared/ports/source-store.ts'
import { holdsSecret } from './secrets.ts'

/** Who sends, as far as an activity is concerned. */
export type Speaker = Pick<SourceRow, 'name' | 'agents'>

/** Why an item is not taken. `reason` and `field` are our own words, fit for logs; `detail` may show what was sent. */
export type Refusal = {
  readonly reason: string
  readonly field: string
  readonly detail?: string
}

export const isRefusal = <T extends object>(value: T | Refusal): value is Refusal =>
  'reason' in value

/** Characters of one text, and entries of one list. Ids have tighter bounds of their own in the schema. */
const longestText = 2048
const longestList = 10_000

/** Which agent's name an answer shows at most. */
const shownName = 80

/** May this source speak for the agent? */
export const speaksFor = ({ agents }: Speaker, agent: string): boolean =>
  agents.includes('*') || agents.includes(agent)

/**
 * An activity as its source may say it: stamped with the door's time and the source's name, whatever the sender wrote there.
 * A source of one agent speaks for that agent also where it names none. What names an agent that is not the source's is
 * refused, so nobody registers principals for another's agent or reports its tasks.
 */
export function stamped(
  activity: AgentActivity,
  source: Speaker,
  received: number,
): AgentActivity | Refusal {
  const unfit = unfitText(activity)
  if (unfit) return unfit
  const [only] = source.agents
  const agent = activity.agent ?? (source.agents.length === 1 && only !== '*' ? only : undefined)
  if (agent !== undefined && !speaksFor(source, agent))
    return {
      reason: 'this source may not speak for that agent',
      field: 'agent',
      detail: `agent "${printableUpTo(shownName, agent)}"; it may speak for ${named(source)}`,
    }
  return { ...activity, ...(agent !== undefined && { agent }), source: source.name, received }
}

/**
 * A record from a file, where no door stands: who reported it, and when a door took it, is what the file says (SEMANTICS A7).
 * `serve` and `replay` read the same file to the same end, whenever it was copied. What holds what looks like a secret is refused.
 */
export function asWritten(normalised: Normalised): Normalised {
  if (normalised.as !== 'mapped') return normalised
  for (const activity of normalised.activities) {
    const unfit = isReport(activity) && unfitText(activity)
    if (unfit) return { as: 'dead', reason: unfit.reason, field: unfit.field }
  }
  return normalised
}

/** Names that an answer lists. */
const namedMax = 5

function named({ agents }: Speaker): string {
  if (agents.length === 0) return 'no agent'
  const first = agents.slice(0, namedMax).map((agent) => printableUpTo(shownName, agent))
  const rest = agents.length - first.length
  return rest > 0 ? `${first.join(', ')} and ${rest} more` : first.join(', ')
}

/** Looks at every text that would be kept. */
function unfitText(activity: AgentActivity): Refusal | undefined {
  for (const [field, value] of Object.entries(activity)) {
    const reason = unfit(value)
    if (reason !== undefined) return { reason: `${field} ${reason}`, field }
  }
  return undefined
}

function unfit(value: unknown): string | undefined {
  if (typeof value === 'string') return unfitString(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value) && value.length > longestList)
    return `has more than ${longestList} entries`
  for (const part of Object.values(value)) {
    const reason = unfit(part)
    if (reason !== undefined) return reason
  }
  return undefined
}

function unfitString(text: string): string | undefined {
  if (text.length > longestText) return `is longer than ${longestText} characters`
  // Half of a surrogate pair has no UTF-8, and U+FFFD is what is left of broken UTF-8: two different ids would become one.
  if (!text.isWellFormed() || /[\0\uFFFD]/.test(text))
    return 'holds NUL, half of a surrogate pair, or broken UTF-8'
  return holdsSecret(text) ? 'looks like a secret; send public ids and names only' : undefined
}
