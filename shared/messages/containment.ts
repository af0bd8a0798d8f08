import type { Mark } from '#shared/facts/mark.ts'
import type { Prior, Receipt, Standing } from '#shared/ports/actuator.ts'
import type { Cut } from './cut.ts'
import type { Remedy } from './desk.ts'
import type { Severity } from './finding.ts'

/** What may follow from a detection's findings: nothing but a plan, a cut that a person approves, a cut at once. */
export const modes = ['observe', 'approve', 'auto'] as const
export type Mode = (typeof modes)[number]

/** A compromised credential in a plan. */
export type Member = {
  readonly credential: string
  readonly principal: string
  /** Agent or task that holds it with the rank of the evidence, for a person; '' unknown. */
  readonly holder: string
  /** Finding keys on itself; empty: it was minted from a member. */
  readonly findings: readonly string[]
  readonly from: string
  /** Unit of the cut that stops it; '' if it needs none, or none can. */
  readonly unit: string
  /** Why nothing has to be cut, or why nothing can; '' else. */
  readonly note: string
}

/** Somebody who is not compromised and is hit by a cut. */
export type Collateral = {
  readonly unit: string
  readonly credential: string
  readonly principal: string
  readonly holder: string
  /** Epoch ms of its latest use; 0 none. */
  readonly last: number
}

export type PlannedCut = {
  readonly unit: string
  readonly cut: Cut
  /** Member credentials that it stops, sorted. */
  readonly stops: readonly string[]
  /** Calls (`service:action`) that these were refused before: such a refusal proves nothing. Sorted. */
  readonly refused: readonly string[]
  /** Why it will not be made whoever asks, such as "protected: …"; '' if it can be. */
  readonly forbidden: string
}

/** One way to contain an incident. */
export type Option = {
  /** 1 is the smallest that suffices, or the best there is. */
  readonly number: number
  readonly title: string
  readonly cuts: readonly PlannedCut[]
  /** Afterwards no member can act and none can be issued again, as far as is known. */
  readonly sufficient: boolean
  /** Why it is not sufficient. */
  readonly lacks: readonly string[]
  /** What is assumed and not shown, such as "parent not proven clean: …". */
  readonly notProven: readonly string[]
  /** At most `orderListMax`; `collateralCount` has them all. */
  readonly collateral: readonly Collateral[]
  readonly collateralCount: number
  /** Why no machine may carry it out; empty: it may. */
  readonly notAutomatic: readonly string[]
  /** What a person approves: the cuts and who is hurt. SHA-256, hexadecimal. */
  readonly hash: string
}

/** What could be done about one incident. Made again whenever the incident changes, and before anything is done. */
export type Plan = {
  /** Handle of the incident. */
  readonly incident: string
  readonly title: string
  readonly severity: Severity
  /** Epoch ms. */
  readonly at: number
  readonly mode: Mode
  readonly members: readonly Member[]
  readonly options: readonly Option[]
}

/** Where an order stands. What leads from where to where: services/contain/lifecycle.ts. */
export const orderStates = [
  'planned',
  'approved',
  'sent',
  'applied',
  'verified',
  'undoing',
  'undone',
  'rejected',
  'expired',
  'failed',
  'breached',
  'escalated',
  'withdrawn-still-contained',
] as const
export type OrderState = (typeof orderStates)[number]

/** The evidence that an order works. */
export type Verified = {
  /** `denied`: a call was refused after it. `quiet`: it stands, and everything that could show a success shows none. */
  readonly on: 'denied' | 'quiet'
  readonly at: number
  /** The record that shows it; '' for `quiet`. */
  readonly record: string
}

export type ReadBack = {
  /** When it was due behind `readsFrom`, ms. */
  readonly due: number
  readonly at: number
  readonly standing: Standing
}

/** A call that a node of the order's tree made. */
export type Call = Mark & { readonly call: string }

/** One cut of one unit in one episode, from the proposal to the undo (SEMANTICS D4: its key never names the incident). */
export type Order = {
  readonly key: string
  readonly unit: string
  readonly episode: number
  readonly cut: Cut
  readonly state: OrderState
  /** Handles of the incidents that want it now; none: it was withdrawn. Sorted. */
  readonly incidents: readonly string[]
  /** Keys of all findings that it was ever wanted for, sorted. At most `orderListMax`. */
  readonly findings: readonly string[]
  /** Credentials that must fall silent, sorted. */
  readonly keys: readonly string[]
  readonly refused: readonly string[]
  /** How many it hurts that are not compromised, as it was shown. */
  readonly collateral: number
  /** Hash of the option that it was proposed or approved in last. */
  readonly option: string
  /** `keytrail`, or the person who asked for it; '' while nobody did. */
  readonly by: string
  /** When the proposal lapses, epoch ms. */
  readonly expires: number
  /** Sessions issued before this are cut, epoch ms; 0 until it is sent. */
  readonly issuedBefore: number
  /** First time that it was sent, epoch ms; 0 not yet. Caps count it. */
  readonly sentAt: number
  /** State before the first cut: what an undo goes back to. */
  readonly prior: Prior | null
  readonly receipt: Receipt | null
  /** Read-backs since `readsFrom`, epoch ms: the receipt, or when a person asked for new ones. */
  readonly readsFrom: number
  readonly reads: readonly ReadBack[]
  readonly verified: Verified | null
  /** The latest success and the latest telling refusal of a node; the receipt's time says what they mean. */
  readonly lastSuccess: Call | null
  readonly lastDenied: Call | null
  /** Attempts that failed in a row, and when the next is due. */
  readonly tries: number
  readonly retryAt: number
  /** People were told that it is not verified yet. */
  readonly overdue: boolean
  /** The last thing that a person should know, in words. */
  readonly note: string
}

/** What is known of a cut that is about to be made: nothing. */
export const untried = {
  receipt: null,
  reads: [],
  verified: null,
  overdue: false,
  tries: 0,
  retryAt: 0,
} as const satisfies Partial<Order>

/** An order that nothing was done about yet. */
export const unsent = {
  ...untried,
  issuedBefore: 0,
  sentAt: 0,
  prior: null,
  readsFrom: 0,
  lastSuccess: null,
  lastDenied: null,
  note: '',
} as const satisfies Partial<Order>

/** Longest list in an order or option; a tree beyond it is never cut by a machine. */
export const orderListMax = 256

export const decisionKinds = [
  'apply',
  'approve',
  'deny',
  'verify',
  'undo',
  'stop',
  'resume',
] as const

/** What a person decided. */
export type Decision = {
  readonly kind: (typeof decisionKinds)[number]
  /** An incident's handle, or an order's key; '' for `stop` and `resume`. */
  readonly about: string
  /** Hash, or number, of the option that the person means; '' for the first. */
  readonly option: string
  readonly by: string
  readonly reason: string
  /** Epoch ms. */
  readonly at: number
}

/** What came of it, in words for the person. */
export type Answer = { readonly done: boolean; readonly says: string }

/** What concerns every order. */
export type Control = {
  /** The kill switch: who stopped every cut, and why; null: nobody. */
  readonly stopped: { readonly by: string; readonly at: number; readonly reason: string } | null
  /** The circuit breaker: why no machine cuts any more until a person resumes; null: it is closed. */
  readonly breaker: { readonly at: number; readonly reason: string } | null
  /** Automatic orders that ended badly before this time are forgiven: a person has resumed. Epoch ms. */
  readonly since: number
}

/** One link of the audit. Each hash covers the hash before it. */
export type AuditEntry = {
  /** From 1 on, without a gap. */
  readonly seq: number
  readonly at: number
  /** `keytrail`, a person, or `cloud` for what AWS answered. */
  readonly who: string
  readonly what: string
  /** Order key; '' where it is about none. */
  readonly order: string
  readonly incidents: readonly string[]
  /** State before and after; '' where it is about none. */
  readonly from: OrderState | ''
  readonly to: OrderState | ''
  readonly why: string
  /** What is needed to understand or undo it, such as the prior state; canonical JSON, '' if nothing. */
  readonly detail: string
}

export type AuditDraft = Omit<AuditEntry, 'seq'>

/** The end of the chain: kept outside, it proves that nothing was cut off. `seq` 0 and hash '' before the first. */
export type Head = { readonly seq: number; readonly hash: string }

/** What containment tells people of one incident: worth a word on the desk. */
export type Told = {
  /** Handles; none where it concerns all. */
  readonly incidents: readonly string[]
  readonly says: string
  /** Who did it; `keytrail` where nobody did. */
  readonly by: string
  readonly at: number
  /** What was done in the cloud, or failed there; absent where nothing was. */
  readonly remedy?: Remedy
}
