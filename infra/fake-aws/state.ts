import type { Chance } from './chance.ts'
import { timeline, type Timeline } from './timeline.ts'

export type KeyStatus = 'Active' | 'Inactive'

/** What users and roles share. */
type Entity = {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly account: string
  readonly created: number
  /** Name → document. */
  readonly inline: Timeline<ReadonlyMap<string, string>>
  /** ARNs of managed policies. */
  readonly attached: Timeline<ReadonlySet<string>>
  readonly tags: Timeline<ReadonlyMap<string, string>>
  /** Whether it still exists. */
  readonly there: Timeline<boolean>
}

export type User = Entity & { readonly kind: 'user'; readonly keys: Map<string, AccessKey> }

export type Role = Entity & {
  readonly kind: 'role'
  readonly trust: Timeline<string>
  readonly maxSessionSeconds: number
}

/** A long-lived access key of a user. */
export type AccessKey = {
  readonly kind: 'key'
  readonly id: string
  readonly secret: string
  readonly user: User
  readonly created: number
  /** undefined: deleted. */
  readonly status: Timeline<KeyStatus | undefined>
  lastUsed: { readonly at: number; readonly service: string; readonly region: string } | undefined
}

/** What STS issued. */
export type Session = {
  readonly kind: 'session'
  readonly id: string
  readonly secret: string
  readonly token: string
  /** Whole seconds, as `aws:TokenIssueTime` and `creationDate` have them. */
  readonly issued: number
  readonly expires: number
  readonly as:
    | { readonly kind: 'user'; readonly user: User }
    | { readonly kind: 'role'; readonly role: Role; readonly name: string }
    | { readonly kind: 'federated'; readonly user: User; readonly name: string }
  /** Session policies: together with the policies of the entity, both must allow. */
  readonly policies: readonly string[]
  readonly tags: ReadonlyMap<string, string>
  readonly transitive: ReadonlySet<string>
  readonly sourceIdentity: string
  /** Function or instance that it was issued to (`inScopeOf`); ''. */
  readonly issuedTo: string
}

export type Account = {
  readonly id: string
  readonly users: Map<string, User>
  readonly roles: Map<string, Role>
  /** Customer managed policies: ARN → document. */
  readonly policies: Map<string, Timeline<string>>
}

export type Credentials = Map<string, AccessKey | Session>

/** Where ids, delays and time come from. */
export type Nature = {
  readonly now: () => number
  readonly chance: Chance
  /** How long a change of IAM takes to have effect, drawn anew for each, ms. */
  readonly propagation: () => number
  /** How old the state is that reads of IAM show, ms. */
  readonly readLag: number
}

export function newAccount(id: string): Account {
  return { id, users: new Map(), roles: new Map(), policies: new Map() }
}

/** The parts that a user and a role have from their creation on. */
export function newEntity(now: number) {
  return {
    created: now,
    inline: timeline<ReadonlyMap<string, string>>(new Map(), now),
    attached: timeline<ReadonlySet<string>>(new Set(), now),
    tags: timeline<ReadonlyMap<string, string>>(new Map(), now),
    there: timeline(true, now),
  }
}
