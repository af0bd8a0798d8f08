import type { Check } from './diagnose.ts'
import type { Report } from './report.ts'

type Agent = NonNullable<Report['agents']>[number]
type Shares = Agent['uses']['task']

/** Ranks that rest on evidence; what is only claimed or inferred may be what an attacker says. */
const proven = ['exact', 'corroborated']

export const totalOf = (ranks: Shares): number =>
  Object.values(ranks).reduce((sum, uses) => sum + uses, 0)

export const provenOf = (ranks: Shares): number =>
  proven.reduce((sum, rank) => sum + (ranks[rank] ?? 0), 0)

export const sharesInWords = (ranks: Shares): string =>
  Object.entries(ranks)
    .filter(([, uses]) => uses > 0)
    .map(([rank, uses]) => `${rank} ${((100 * uses) / totalOf(ranks)).toFixed(1)} %`)
    .join(', ')

/** Each agent's shares, and why what is not proven cannot be: all reasons that are known. */
export const agentsIn = ({ agents, sources }: Report): Check[] =>
  (agents ?? []).map((agent): Check => {
    const what = `agent ${agent.agent}`
    const { uses } = agent
    const why = whyNot(agent, sources)
    if (totalOf(uses.task) === 0)
      return { what, is: 'unknown', says: `not measurable: ${why.join('; ')}`, why, uses, todo }
    const shares = `agent ${sharesInWords(uses.agent)}; task ${sharesInWords(uses.task)}`
    if (why.length === 0) return { what, is: 'fine', says: shares, why, uses }
    const isMeasured = provenOf(uses.task) > 0
    const rest = isMeasured ? 'the rest is not measurable' : 'not measurable'
    const says = `${shares}; ${rest}: ${why.join('; ')}`
    return { what, is: isMeasured ? 'fine' : 'wrong', says, why, uses, todo }
  })

const todo = 'docs/instrument.md: its own source, request ids of each call, a session for each task'

function whyNot(agent: Agent, all: Report['sources']): string[] {
  const { uses, principals, unseen, requests, longLived, sources } = agent
  const total = totalOf(uses.task)
  if (total > 0 && provenOf(uses.task) === total) return []
  const none: string[] = []
  if (total === 0)
    none.push(
      principals === 0
        ? 'no use of it was seen, and it is registered on no principal'
        : `its principals were never seen: ${unseen.join(', ')}`,
    )
  if (sources.length === 0 && requests === 0)
    none.push('no source that sends telemetry speaks for it')
  const speaking = all.filter(({ source }) => sources.includes(source))
  for (const each of speaking) none.push(...silenceOf(each))
  const isHeard = speaking.some(({ heard }) => heard)
  if (isHeard && requests === 0) none.push('no request ids are reported for it')
  if (requests > 0 && (uses.task['corroborated'] ?? 0) === 0)
    none.push(`none of ${requests} reported request ids proves a use of it`)
  if (longLived.uses > 0)
    none.push(
      `${longLived.uses} uses by long-lived keys that no one task holds: ${longLived.keys.join(', ')}`,
    )
  return none.length > 0 ? none : ['nothing names the task of these uses']
}

function silenceOf({ source, is, heard, seconds }: Report['sources'][number]): string[] {
  if (!heard) return [`source ${source} was never heard`]
  return is === 'silent' || is === 'failing'
    ? [`source ${source} is silent since ${seconds} s`]
    : []
}
