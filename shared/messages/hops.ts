import type { Mark } from '#shared/facts/mark.ts'
import type { AgentActivity, AgentRegistered, Progress, ToolCalled } from './activity.ts'
import type { Exposure } from './exposure.ts'
import type { Finding } from './finding.ts'
import type { Evidence, PathNode } from './holder.ts'
import type { Incident } from './incident.ts'
import type { SessionFacts, TargetDeed } from './session-facts.ts'
import type { IssueCopy, Use } from './use.ts'

/**
 * What travels between keys. Every message is a register named by (sender, about): a newer one replaces it, it is never an
 * event (SEMANTICS B5). `key` decides the partition; `everywhere` goes to all of them.
 */
export type HopName = 'join' | 'correlate' | 'detect' | 'story' | 'effects'

export const everywhere = '*'

type To<Hop extends HopName, Kind extends string, Body> = {
  readonly to: Hop
  readonly key: string
  readonly kind: Kind
} & Body

// ---- correlate, by principal
export type ToCorrelate =
  | To<'correlate', 'use', { readonly use: Use; readonly repeat: boolean }>
  | To<'correlate', 'issue', { readonly issue: IssueCopy }>
  | To<'correlate', 'registered', { readonly agent: AgentRegistered }>
  | To<'correlate', 'reported', { readonly call: ToolCalled }>
  | To<'correlate', 'mcp', { readonly call: McpCall }>
  | To<'correlate', 'key.known', { readonly about: string; readonly reports: KeyReports }>
  | To<'correlate', 'task.known', { readonly task: TaskInfo }>
  | To<'correlate', 'inherit', Inherit>
  | To<
      'correlate',
      'target.known',
      { readonly target: string; readonly deeds: readonly TargetDeed[] }
    >
  | To<'correlate', 'place.known', { readonly place: string; readonly users: readonly PlaceUser[] }>
  | To<'correlate', 'hosts', { readonly account: string }>
  | To<'correlate', 'progress', { readonly progress: Progress }>

/** What an MCP tool call record says it made, by requestID. */
export type McpCall = Mark & { readonly principal: string; readonly requests: readonly string[] }

/** What reports say of one key: leases and tool calls that name it, and AWS where it was found in public. Sorted, bounded. */
export type KeyReports = {
  readonly leases: readonly Lease[]
  readonly claims: readonly KeyClaim[]
  readonly exposures: readonly Exposure[]
}

export type Lease = Mark & {
  readonly task: string
  readonly agent: string
  readonly issuer: string
  readonly source: string
  readonly received: number
  readonly delegatedFrom: string
  readonly expires: number
}

/** The earliest tool call of one task that names the key. */
export type KeyClaim = Mark & {
  readonly task: string
  readonly agent: string
  readonly source: string
  readonly received: number
}

/** Everything declared of one task. */
export type TaskInfo = {
  readonly task: string
  readonly agents: readonly Declared[]
  readonly parents: readonly Declared[]
  /** Ancestors of the parents, nearest first, each with the declaration that names it. */
  readonly ancestors: readonly Declared[]
  readonly handOffs: readonly Declared[]
  readonly humans: readonly Declared[]
  readonly started?: Mark
  /** Who says since when it has ended, the earliest of each source; `received`: when the door knew that it had. */
  readonly ends: readonly Declared[]
  /** Somebody asks for the lease roots of what the task holds: holders answer with `task.held`. */
  readonly wanted: boolean
  /** Lease roots of the sessions that the task holds, sorted, at most 4; only once wanted. */
  readonly roots: readonly string[]
}

/** A declaration: what it names, who said it and when it was received (0: unknown, counts as on time). */
export type Declared = Mark & {
  readonly names: string
  readonly source: string
  readonly received: number
  readonly agent: string
}

/** A task to which a key was handed on. */
export type Delegate = {
  readonly task: string
  /** When that was received; 0: unknown, or an issuer's word; counts as on time. */
  readonly received: number
  /** Whose task it is, as whoever handed it on says; sorted. */
  readonly agents: readonly string[]
}

/** What a parent session tells the child that it minted. */
export type Inherit = {
  readonly child: string
  /** Key id that was issued, and the issue record. */
  readonly minted: string
  readonly record: string
  readonly from: string
  /** Root first, the parent last. */
  readonly path: readonly PathNode[]
  /** Issues above the child, also where they are too many for a path. */
  readonly depth: number
  /** The parent is a configured issuer: the child takes only the edge. */
  readonly issuer: boolean
  /** Tasks that may use what the parent holds, by delegation. */
  readonly delegates: readonly Delegate[]
  /** What won at each level for the parent's key: the child's candidates. */
  readonly evidence: readonly Evidence[]
  /** Changes whenever any of this does, so that nothing is sent twice; it says nothing by itself. */
  readonly signature: string
}

/** Who works from an address, and with which program. */
export type PlaceUser = Mark & {
  readonly principal: string
  readonly session: string
  readonly leaseRoot: string
  readonly agent: string
}

// ---- join, by join id
export type ToJoin =
  | To<'join', 'report', { readonly activity: AgentActivity }>
  | To<'join', 'key.exposed', { readonly about: string; readonly exposure: Exposure }>
  | To<'join', 'key.used', { readonly about: string; readonly principal: string }>
  | To<'join', 'task.asked', { readonly asker: string }>
  | To<'join', 'task.wanted', { readonly asker: string }>
  | To<'join', 'task.held', { readonly sender: string; readonly leaseRoot: string }>
  | To<'join', 'task.parent', { readonly child: string }>
  | To<
      'join',
      'task.ancestors',
      { readonly parent: string; readonly ancestors: readonly Declared[] }
    >
  | To<'join', 'target.deed', { readonly sender: string; readonly deed: TargetDeed | undefined }>
  | To<'join', 'target.asked', { readonly asker: string }>
  | To<'join', 'place.used', { readonly sender: string; readonly user: PlaceUser | undefined }>
  | To<'join', 'place.asked', { readonly asker: string }>

// ---- detect, by subject
export type ToDetect =
  | To<'detect', 'facts', { readonly facts: SessionFacts }>
  | To<
      'detect',
      'moved',
      { readonly session: string; readonly revision: number; readonly leaseRoot: string }
    >

// ---- story, by lease root
export type ToStory =
  | To<
      'story',
      'findings',
      { readonly session: string; readonly revision: number; readonly findings: readonly Finding[] }
    >
  | To<'story', 'ask', { readonly asker: string; readonly grant: string }>
  | To<
      'story',
      'answer',
      { readonly from: string; readonly grant: string; readonly stands: boolean }
    >
  | To<
      'story',
      'guest',
      { readonly from: string; readonly about: string; readonly guest: Guest | undefined }
    >

/** A finding on its way to the story that it belongs to; `grant`: it follows the finding that contains this deed. */
export type Guest = { readonly finding: Finding; readonly grant: string }

// ---- effects: what stands, by finding or incident
export type ToEffects =
  | To<'effects', 'finding', { readonly finding: Finding; readonly revision: number }>
  | To<'effects', 'finding.gone', { readonly revision: number; readonly movedTo: string }>
  | To<'effects', 'incidents', { readonly incidents: readonly Incident[] }>

export type Message = ToCorrelate | ToJoin | ToDetect | ToStory | ToEffects
