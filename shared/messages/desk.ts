import { hash32 } from '#shared/facts/hash.ts'
import type { Severity } from './finding.ts'
import type { Level } from './holder.ts'
import type { Incident } from './incident.ts'
import type { Use } from './use.ts'

/** Why a person closes an incident; each has a verdict in OCSF 1.8.0 (`verdict_id`). */
export const closings = [
  'true-positive',
  'false-positive',
  'benign',
  'duplicate',
  'test',
  'insufficient-data',
] as const
export type Closing = (typeof closings)[number]

/** What an incident is to the people who work on it. */
export const caseStates = ['open', 'acknowledged', 'closed'] as const
export type CaseState = (typeof caseStates)[number]

/** How an incident came to be closed: by a person, by evidence, or as part of another one. */
export type Closed = {
  readonly reason: Closing | 'withdrawn' | 'merged'
  /** Who closed it; `keytrail` where nobody did. */
  readonly by: string
  /** Tick, epoch ms. */
  readonly at: number
  /** What the person wrote; '' if nothing. */
  readonly note: string
  /** Handle of the incident that it became part of, or is a duplicate of; '' if none. */
  readonly into: string
}

/** What people were last told of an incident: only what differs from it is worth a word (see services/desk/news.ts). */
export type Told = {
  readonly at: number
  /** The gravest that was told since it was last raised or reopened. */
  readonly severity: Severity
  readonly detections: readonly string[]
  /** Key ids, sorted, at most `toldMax`. */
  readonly credentials: readonly string[]
  readonly holder: Readonly<Record<Level, string | null>>
}

/** Names of one kind that the desk remembers to have told; beyond it a new one is told no more, only shown. */
export const toldMax = 1_000

/** One incident as the desk keeps it: what stands, what was told, and what people decided (SEMANTICS D3). */
export type Case = {
  /** Given when first raised, never changed. */
  readonly handle: string
  /** The finding that it was first raised for: where an incident is split, the handle stays with it. */
  readonly founding: string
  /** Order of first raising: of two incidents that merge, the smaller one's handle stays. */
  readonly order: number
  /** Number of its last event; 0 if nothing was ever told. */
  readonly revision: number
  readonly state: CaseState
  /** Whether a finding of it stands now. */
  readonly stands: boolean
  /** Ticks, epoch ms: first raised, and last event. */
  readonly raised: number
  readonly changed: number
  readonly acknowledged?: { readonly by: string; readonly at: number }
  readonly closed?: Closed
  readonly told: Told
  /** Since when something waits to be told; absent if nothing does. */
  readonly owed?: number
  /** Keys of findings that joined since it was last told, at most `findingsMax`. */
  readonly untold: readonly string[]
  /** As it stands, or last stood; its findings bounded by `findingsMax`, its `id` the handle. */
  readonly incident: Incident
  /** Findings beyond the bound. */
  readonly more: number
  /** How far containment has come, in a few words; absent if nothing was done. */
  readonly containment?: string
}

/** Findings that a case keeps, the gravest; the row of effects has them all while they stand. */
export const findingsMax = 50

/** A finding that some incident had or has. */
export type CaseKey = {
  readonly key: string
  /** Incident that it belongs to. */
  readonly handle: string
  /** Order in which findings were first seen: the smallest standing one holds the handle. */
  readonly seq: number
  /** Lease root of the story in which it stands; '' if it does not stand. */
  readonly root: string
}

export const eventKinds = [
  'raised',
  'changed',
  'acknowledged',
  'withdrawn',
  'merged',
  'closed',
  'reopened',
] as const
export type EventKind = (typeof eventKinds)[number]

/** Something that happened to an incident and that people may hear of. Its id never changes, however often it is sent. */
export type DeskEvent = {
  /** `HANDLE.REVISION`. */
  readonly id: string
  readonly handle: string
  readonly revision: number
  readonly kind: EventKind
  /** Tick, epoch ms. */
  readonly at: number
  /** What made it so: what was recorded, new code or settings that judge (SEMANTICS F5), a person, or containment. */
  readonly because: Because
  /** Who did it; `keytrail` where nobody did. */
  readonly by: string
  /** What is new, a phrase each. */
  readonly says: readonly string[]
  /** What was done about it; only where containment says so. */
  readonly remedy?: Remedy
}

/** One step of containment, as OCSF Remediation Activity tells it. */
export type Remedy = {
  /** Key of the order: the same for every step of one order. */
  readonly command: string
  readonly does: 'evict' | 'restore'
  /** `pending`: the cloud said yes, and nothing proves it yet. */
  readonly outcome: 'success' | 'failure' | 'partial' | 'pending'
}
export type Because = 'records' | 'version' | 'person' | 'containment'

/** What bodies are made of: an event, the case after it, and its incident with all findings. */
export type Notice = {
  readonly event: DeskEvent
  readonly of: Case
  readonly incident: Incident
  /** Keys of the findings that were not told before. */
  readonly fresh: readonly string[]
  /** The uses that these stand on, earliest first, as far as the log has them: see services/desk/evidence.ts. Absent: none was asked for. */
  readonly evidence?: readonly Use[]
}

/** The name of an incident that is first raised for this finding. */
export const handleFor = (key: string): string => `inc-${hash32(key).toString(16).padStart(8, '0')}`
