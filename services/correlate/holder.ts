import {
  levels,
  noHolder,
  rankOf,
  type Conflict,
  type Evidence,
  type Holder,
  type Level,
  type LevelHolder,
} from '#shared/messages/holder.ts'

/** Candidates that an ambiguous answer lists. */
const candidatesMax = 8

export type Decision = {
  readonly holder: Holder
  /** The evidence that won, for the children. */
  readonly won: readonly Evidence[]
  readonly lost: readonly Evidence[]
}

/**
 * Who holds a credential, from the set of all evidence and never from its order: at each level the best rank that has a
 * candidate; one → holder, several → ambiguous (DESIGN §3.1). `agentOf` tells the agent that a task is known to belong to:
 * a task that belongs to somebody else than the better-proven agent is set aside, it is never the owner.
 */
export function decide(
  evidence: readonly Evidence[],
  agentOf: (task: string) => readonly string[],
): Decision {
  if (evidence.length === 0) return { holder: noHolder, won: [], lost: [] }
  const agent = decideLevel('agent', evidence)
  const usable = evidence.filter((each) => !contradicts(each, agent, agentOf))
  const task = decideLevel('task', usable)
  const human = decideLevel('human', evidence)
  const holder = { human: human.answer, agent: agent.answer, task: task.answer }
  const won = [...human.won, ...agent.won, ...task.won]
  const lost = evidence.filter((each) => !usable.includes(each) || disagrees(each, holder, won))
  return { holder, won, lost }
}

type LevelDecision = { readonly answer: LevelHolder; readonly won: readonly Evidence[] }

function decideLevel(level: Level, evidence: readonly Evidence[]): LevelDecision {
  const here = evidence.filter((each) => each.level === level)
  if (here.length === 0) return { answer: noHolder[level], won: [] }
  const best = Math.min(...here.map(({ rank }) => rankOf(rank)))
  const won = here.filter(({ rank }) => rankOf(rank) === best).toSorted(compareEvidence)
  const candidates = [...new Set(won.map(({ id }) => id))]
  const [first] = won
  if (!first) return { answer: noHolder[level], won: [] }
  const single = candidates.length === 1
  return {
    answer: {
      rank: single ? first.rank : 'ambiguous',
      id: single ? first.id : null,
      candidates: candidates.slice(0, candidatesMax),
      rule: single ? first.rule : `${candidates.length} candidates, each ${first.rank}`,
    },
    won,
  }
}

const compareEvidence = (a: Evidence, b: Evidence): number =>
  compareText(a.id, b.id) || compareText(a.rule, b.rule) || compareText(a.record, b.record)
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A task that belongs to other agents than the one who is proven better. */
function contradicts(
  each: Evidence,
  agent: LevelDecision,
  agentOf: (task: string) => readonly string[],
): boolean {
  if (each.level !== 'task') return false
  const [known] = agent.won
  if (!known || agent.answer.id === null || rankOf(known.rank) >= rankOf(each.rank)) return false
  const agents = each.agent === '' ? agentOf(each.id) : [each.agent]
  return agents.length > 0 && !agents.includes(agent.answer.id)
}

const disagrees = (each: Evidence, holder: Holder, won: readonly Evidence[]): boolean =>
  !won.includes(each) &&
  holder[each.level].rank !== 'none' &&
  !holder[each.level].candidates.includes(each.id)

/** Who holds it at this level, or, for a task that was set aside, the agent who does. */
function ownerText(holder: Holder, level: Level): string {
  const { candidates } = holder[level]
  return candidates.length > 0
    ? candidates.join(' or ')
    : `agent ${holder.agent.candidates.join(' or ')}`
}

/** What lost to something better, told as ownership conflicts: who holds it, and who else was named. */
export function conflictsOf({ holder, lost }: Decision, at: number): Conflict[] {
  const found = lost
    .filter(({ rank }) => rank !== 'inferred')
    .map((each) => ({
      level: each.level,
      holder: ownerText(holder, each.level),
      says: each.id,
      rank: each.rank,
      rule: each.rule,
      record: each.record,
      at,
    }))
  return found
    .toSorted(
      (a, b) =>
        levels.indexOf(a.level) - levels.indexOf(b.level) ||
        compareText(a.says, b.says) ||
        compareText(a.record, b.record),
    )
    .slice(0, candidatesMax)
}
