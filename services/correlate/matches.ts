import { earliest, type Mark } from '#shared/facts/mark.ts'
import type { McpCall } from '#shared/messages/hops.ts'
import type { Use } from '#shared/messages/use.ts'
import { credAt, markOf, matchesBy } from './creds.ts'
import type { Cred } from './cred.ts'
import { richOf } from './deeds.ts'
import { touch, type CorrelateState } from './state.ts'

/** Remembers who made the request, and joins it with what named it before. */
export function matchRequest(state: CorrelateState, cred: Cred, use: Use): void {
  state.requests.add(use.request, cred.index, use.at)
  if (state.reports.size > 0 && state.reports.has(use.request))
    addMatch(state, cred, use.request, use)
  const call = state.mcp.size > 0 ? state.mcp.get(use.request) : undefined
  if (call) explainByMcp(state, cred, call)
}

/** Uses that came before the report that names their requests. */
export function matchReport(state: CorrelateState, request: string): void {
  for (const { owner, mark } of state.requests.find(request)) {
    addMatch(state, credAt(state, owner), request, mark)
  }
}

/** A report names a use. Only a new actor, an earlier first use, one past an end, or the use of a stranger changes what is known. */
function addMatch(state: CorrelateState, cred: Cred, request: string, mark: Mark): void {
  const reports = state.reports.get(request) ?? []
  let pushedOut = false
  for (const report of reports) {
    const matches = matchesBy(cred, actorName(report))
    const { dropped } = matches
    matches.merge(request, markOf(mark), (old, now) => earliest(old, now))
    pushedOut ||= matches.dropped !== dropped
  }
  const [only] = reports
  const first = only && reports.length === 1 ? cred.rich?.settled?.get(actorName(only)) : undefined
  if (first && first.at < mark.at && mark.at <= cred.watchFrom && !pushedOut) return
  touch(state, cred.session, 'holder')
}

/** How an actor is told apart. */
export const actorName = ({ task, agent }: { task: string; agent?: string | undefined }): string =>
  `${task}|${agent ?? ''}`

/** An MCP tool call names requests: their uses are explained by it, whichever came first. */
export function learnMcp(state: CorrelateState, call: McpCall): void {
  for (const request of call.requests) {
    state.mcp.set(request, earliest(state.mcp.get(request), call))
    for (const { owner } of state.requests.find(request)) {
      explainByMcp(state, credAt(state, owner), call)
    }
  }
}

function explainByMcp(state: CorrelateState, cred: Cred, call: McpCall): void {
  if (richOf(cred.session).mcp.add({ ...markOf(call), principal: call.principal }))
    touch(state, cred.session, 'doings')
}
