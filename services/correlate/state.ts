import type { EarliestList } from '#shared/facts/earliest-list.ts'
import type { Mark } from '#shared/facts/mark.ts'
import { Requests } from '#shared/facts/requests.ts'
import { Sightings } from '#shared/facts/sightings.ts'
import { PackedIds } from '#shared/facts/uuid.ts'
import type { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { Progress, ToolCalled } from '#shared/messages/activity.ts'
import type { DeedKind } from '#shared/messages/deed.ts'
import type { Inherit, KeyReports, McpCall, PlaceUser, TaskInfo } from '#shared/messages/hops.ts'
import type { DeedFact, HarvestMark, TargetDeed } from '#shared/messages/session-facts.ts'
import type { IdentityKind, IssueCopy } from '#shared/messages/use.ts'
import type { Policy } from '#shared/policy.ts'
import { emptyRegistry, type Registry } from './registry.ts'
import { Values } from './values.ts'

/** One partition of correlate: the sessions and credentials of its principals, and what reached it from elsewhere. */
export type CorrelateState = {
  readonly policy: Policy
  /** By key id; where two principals show one key id, the others are found in `more`. */
  readonly creds: Map<string, Cred>
  /** By `session|key`. */
  readonly more: Map<string, Cred>
  /** Those of `more`, by key id. */
  readonly others: Map<string, Cred[]>
  readonly all: Cred[]
  readonly sessions: Map<string, Session>
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
  /** Lists of one text, by it. */
  readonly alone: Map<string, readonly string[]>
  /** Account ids, so that sessions share them. */
  readonly accounts: Map<string, string>
  readonly registry: Registry
  readonly targets: Map<string, Asked<readonly TargetDeed[]>>
  readonly places: Map<string, Asked<readonly PlaceUser[]>>
  /** Accounts in which an instance session was seen: only there do places matter. */
  readonly hosts: Set<string>
  readonly progress: Map<string, Progress>
  /** Uses that services forwarded, by principal: they belong to nobody's session. */
  readonly forwarded: Map<string, number>
  readonly dirty: Session[]
  /** Credentials whose key join has not heard of. */
  readonly fresh: Cred[]
  /** Accounts whose first instance session was just seen. */
  readonly newHosts: Set<string>
  revision: number
}

/** An answer of join, and the sessions here that asked for it. */
export type Asked<T> = { answer: T | undefined; readonly sessions: Set<Session> }

export type TaskEntry = {
  info: TaskInfo | undefined
  readonly sessions: Set<Session>
  wanted: boolean
}

/** One credential as one session shows it. Facts about it only ever grow. */
export type Cred = {
  /** Its number: owner of rows in `seen` and `requests`. */
  readonly index: number
  readonly key: string
  readonly session: Session
  uses: number
  /** Chains of rows: what it called, and from where. */
  what: number
  where: number
  whatCount: number
  whereCount: number
  /** The first pair of address and agent, as a number, and whether another was ever seen. */
  place: number
  moved: boolean
  /** Were there more places than are kept, and more programs than one? */
  crowded: boolean
  mixed: boolean
  /** The place of the last use, and its number: most uses of a key come from one place. */
  address: string
  agent: string
  placeNow: number
  /** The row of `seen` with its first and latest direct use. */
  readonly ends: number
  /** A use later than this must be judged at once: after expiry or after the end of a task. */
  watchFrom: number
  /** SourceIdentity and runtimes that its uses showed: few, sorted, and shared by credentials that show the same. */
  sources: readonly string[]
  scopes: readonly string[]
  /** The issue record that made it, what its parents told, and what reports say of its key; looked up when they come. */
  issue: IssueCopy | undefined
  inherits: readonly Inherit[] | undefined
  reports: KeyReports | undefined
  rich: RichCred | undefined
}

/** What few credentials have: matches with reports, and children. */
export type RichCred = {
  /** Uses that reports name, by actor and then by requestID: nobody's reports can push out another's. */
  matches: SmallestMap<SmallestMap<Mark>> | undefined
  /** What it minted, by new key id. */
  children: SmallestMap<Child> | undefined
  /** Actors that may use the key and are proven, with their first use: later uses of theirs change nothing. */
  settled: Map<string, Mark> | undefined
  /** Children that have not heard of their parent yet. */
  untold: Set<string> | undefined
  /** What they hear, and a text that changes whenever it does. */
  bequest: Bequest | undefined
  signature: string
}

/** What a credential tells every child of its own. */
export type Bequest = Omit<Inherit, 'child' | 'minted' | 'record'>

export type Child = Mark & { readonly principal: string; readonly call: string }

export type Session = {
  readonly id: string
  readonly principal: string
  readonly account: string
  readonly created: number
  identity: IdentityKind
  creds: readonly Cred[]
  /** When the latest new place appeared: uses that only go on after it cannot change what places come to. */
  arrived: number
  console: boolean
  hiddenIssue: boolean
  instance: string
  rich: RichSession | undefined
  /** What detect was last told; undefined until the session is of interest. */
  told: Told | undefined
  /** Last messages by what they are about, so that only changes are sent again. */
  said: Map<string, string> | undefined
  queued: boolean
  /** Did anything change that must be judged again? A mere new child only has to be told. */
  stale: boolean
}

export type RichSession = {
  readonly deeds: Map<DeedKind, EarliestList<DeedFact>>
  /** By hour. */
  readonly denied: SmallestMap<EarliestList<Denied>>
  readonly harvest: SmallestMap<EarliestList<HarvestMark>>
  /** Successes by `service:action:target`, of calls that name their target: they settle a denial. */
  readonly settled: SmallestMap<Settled>
  /** Denials, and names of secrets, that were ever added: below its threshold nobody has to look at them. */
  denials: number
  names: number
  /** MCP tool calls that explain a use of this session. */
  readonly mcp: EarliestList<Mark & { readonly principal: string }>
}

export type Denied = Mark & {
  readonly key: string
  readonly service: string
  readonly action: string
  readonly target: string
}
export type Settled = { readonly marks: readonly Mark[] }

/** The subject to which a session's facts went last, and the facts as a text, so that only changes are sent again. */
export type Told = { readonly subject: string; readonly facts: string }

export function initialState(policy: Policy): CorrelateState {
  const ids = new PackedIds()
  return {
    policy,
    creds: new Map(),
    more: new Map(),
    others: new Map(),
    all: [],
    sessions: new Map(),
    tasks: new Map(),
    issues: new Map(),
    inherits: new Map(),
    reports: new Map(),
    mcp: new Map(),
    ids,
    requests: new Requests(ids),
    seen: new Sightings(ids),
    values: new Values(),
    alone: new Map(),
    accounts: new Map(),
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

/** Marks a session for the next flush. */
export function touch(state: CorrelateState, session: Session): void {
  session.stale = true
  wake(state, session)
}

/** Gives a session a turn at the next flush, though nothing of it must be judged again. */
export function wake(state: CorrelateState, session: Session): void {
  if (session.queued) return
  session.queued = true
  state.dirty.push(session)
}

/** Texts that a credential keeps of one kind. */
const textsMax = 4
export const noTexts: readonly string[] = []

/** A small set of texts with one more, the smallest kept; the same list if nothing changes. Lists of one text are shared. */
export function withText(
  state: CorrelateState,
  list: readonly string[],
  text: string,
): readonly string[] {
  if (list.includes(text)) return list
  if (list.length > 0) {
    const longer = [...list, text].toSorted().slice(0, textsMax)
    return longer.includes(text) ? longer : list
  }
  let alone = state.alone.get(text)
  if (!alone) state.alone.set(text, (alone = [text]))
  return alone
}
