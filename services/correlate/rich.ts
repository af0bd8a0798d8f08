import type { EarliestList } from '#shared/facts/earliest-list.ts'
import type { Mark } from '#shared/facts/mark.ts'
import type { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { DeedKind } from '#shared/messages/deed.ts'
import type { Inherit } from '#shared/messages/hops.ts'
import type { DeedFact, HarvestMark } from '#shared/messages/session-facts.ts'

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

/** What few sessions have: records that are kept one by one. */
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
