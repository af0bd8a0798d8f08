import type { Facet } from '#shared/facets.ts'
import { Requests } from '#shared/facts/requests.ts'
import { Sightings } from '#shared/facts/sightings.ts'
import { PackedIds } from '#shared/facts/uuid.ts'
import type { Progress, ToolCalled } from '#shared/messages/activity.ts'
import type { Inherit, McpCall, PlaceUser, TaskInfo } from '#shared/messages/hops.ts'
import type { TargetDeed } from '#shared/messages/session-facts.ts'
import type { IssueCopy } from '#shared/messages/use.ts'
import type { Policy } from '#shared/policy.ts'
import type { Session } from './cred.ts'
import { CredTable } from './cred-table.ts'
import { emptyRegistry, type Registry } from './registry.ts'
import { Values } from '#shared/facts/values.ts'

/** One partition of correlate: the sessions and credentials of its principals, and what reached it from elsewhere. */
export type CorrelateState = {
  readonly policy: Policy
  /** What detections read. */
  readonly facets: ReadonlySet<Facet>
  /** Its sessions and credentials. */
  readonly held: CredTable
  readonly tasks: Map<string, TaskEntry>
  /** Issue copies and inheritances by `principal|key`: they may come before the first use. */
  readonly issues: Map<string, IssueCopy[]>
  readonly inherits: Map<string, Inherit[]>
  /** Tool calls by the requestIDs that they report. */
  readonly reports: Map<string, ToolCalled[]>
  /** MCP tool call records by the requestIDs that they made. */
  readonly mcp: Map<string, McpCall>
  /** The record id of the use at hand, for both tables below. */
  readonly ids: PackedIds
  readonly requests: Requests
  readonly seen: Sightings
  readonly values: Values
  readonly registry: Registry
  readonly targets: Map<string, Asked<readonly TargetDeed[]>>
  readonly places: Map<string, Asked<readonly PlaceUser[]>>
  /** Accounts in which an instance session was seen: only there do places matter. */
  readonly hosts: Set<string>
  /** Scope → source → what it says of it. */
  readonly progress: Map<string, Map<string, Progress>>
  /** Uses that services forwarded, by principal: they belong to nobody's session. */
  readonly forwarded: Map<string, number>
  /** Sessions that changed. */
  readonly dirty: number[]
  /** Credentials whose key join has not heard of. */
  readonly fresh: number[]
  /** Accounts whose first instance session was just seen. */
  readonly newHosts: Set<string>
  revision: number
}

/** An answer of join, and the sessions here that asked for it. */
export type Asked<T> = { answer: T | undefined; readonly sessions: Set<number> }

export type TaskEntry = {
  info: TaskInfo | undefined
  readonly sessions: Set<number>
  wanted: boolean
}

export function initialState(policy: Policy, facets: ReadonlySet<Facet>): CorrelateState {
  const ids = new PackedIds()
  return {
    policy,
    facets,
    held: new CredTable(),
    tasks: new Map(),
    issues: new Map(),
    inherits: new Map(),
    reports: new Map(),
    mcp: new Map(),
    ids,
    requests: new Requests(ids),
    seen: new Sightings(ids),
    values: new Values(),
    registry: emptyRegistry(),
    targets: new Map(),
    places: new Map(),
    hosts: new Set(),
    progress: new Map(),
    forwarded: new Map(),
    dirty: [],
    fresh: [],
    newHosts: new Set(),
    revision: 0,
  }
}

/**
 * How much of a session must be worked out again: what it did and from where; also when its tasks ended; or also who holds
 * it, on which everything that its children hear depends.
 */
export type Change = 'doings' | 'ends' | 'holder'

/** Marks a session for the next flush. */
export function touch(state: CorrelateState, session: Session, change: Change): void {
  session.stale = true
  if (change !== 'doings') session.unsure = true
  if (change === 'holder') session.reheld = true
  wake(state, session)
}

/** Gives a session a turn at the next flush, though nothing of it must be judged again. */
export function wake(state: CorrelateState, session: Session): void {
  if (session.queued) return
  session.queued = true
  state.dirty.push(session.index)
}
