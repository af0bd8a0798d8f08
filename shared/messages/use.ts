import type { Deed } from './deed.ts'

/** How a call ended. Only `denied` counts as a denial: throttling and "no such thing" are answers, not refusals. */
export type ErrorClass = 'none' | 'denied' | 'throttled' | 'absent' | 'other'

/** What kind of identity signed a call, folded from `userIdentity.type`. */
export type IdentityKind =
  | 'user'
  | 'role'
  | 'root'
  | 'federated'
  | 'service'
  | 'idp'
  | 'account'
  | 'unknown'

/**
 * One call in a cloud audit log: a credential was used. Strings that repeat are interned by normalise, so that equal ones
 * are the same object in memory; nothing may depend on that but speed.
 */
export type Use = {
  readonly kind: 'credential.used'
  /** eventID as in the record, or `sha256:…` of the canonical record where it has none that is a UUID. */
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  /** Principal key (SEMANTICS B1), such as `111122223333/role/deploy/session` or `111122223333/user/alice`. */
  readonly principal: string
  readonly identity: IdentityKind
  /** Key id as in the record; '' where there is none or it is masked (SEMANTICS A3). */
  readonly key: string
  /** `sessionContext.attributes.creationDate`, epoch ms; 0 where absent. */
  readonly created: number
  /** Account in which it happened (recipientAccountId, else the caller's). */
  readonly account: string
  readonly region: string
  /** eventSource without `.amazonaws.com`. */
  readonly service: string
  readonly action: string
  readonly error: ErrorClass
  /** sourceIPAddress if it says where the caller is, else '' (service names, AWS Internal, console proxies, forwarded calls). */
  readonly address: string
  readonly agent: string
  /** false: a service made the call on the principal's behalf (SEMANTICS A5): no session, no network, no facet of direct uses. */
  readonly direct: boolean
  /** requestID; '' where absent. */
  readonly request: string
  /** sessionContext.sourceIdentity; '' where absent. */
  readonly sourceIdentity: string
  /** inScopeOf.credentialsIssuedTo: ARN of the function or instance that was given the key; '' where absent. */
  readonly scope: string
  /** What only few records have. Absent on most. */
  readonly rare?: RareUse
}

export type RareUse = {
  /** From a console session: sessionCredentialFromConsole, a console sign-in, or the console's own user agent. */
  readonly console?: true
  /** Key of an instance: the instance id, from ec2RoleDelivery, the session name or inScopeOf. */
  readonly instance?: string
  readonly signIn?: string
  /** Session of a role that AWS made for itself or that IAM Identity Center hands out: its issue is not shown to us. */
  readonly hiddenIssue?: true
  readonly issue?: Issue
  readonly deeds?: readonly Deed[]
  /** Names of secrets or parameters that this one call asked to read, deduplicated; see `harvest` in SEMANTICS C3. */
  readonly secrets?: readonly string[]
  /** The one thing that a control-plane call names, refused or not: `role/x`, `instance/i-1`. A success settles a denial. */
  readonly target?: string
  /** requestIDs of the API calls that an MCP tool call made (additionalEventData.downstreamRequests). */
  readonly downstream?: readonly string[]
  /** An UPDATED_DATA addendum or a variant: weighs more for scalars of the same record. */
  readonly weight?: number
}

/** A record whose response made a temporary credential (SEMANTICS B6: an *issue* edge). */
export type Issue = {
  /** AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, AssumeRoot, GetSessionToken, GetFederationToken, GetScopedCredentials. */
  readonly call: string
  /** The new key id. */
  readonly key: string
  /** Principal key that the new credential will show, computed from this record alone (SEMANTICS B1). */
  readonly child: string
  /** Epoch ms at which it expires; 0 unknown. */
  readonly expires: number
  /** A cross-account call is written twice; the caller's copy has the full identity and wins. */
  readonly copy: 'caller' | 'owner'
  /** sharedEventID, '' where absent. */
  readonly shared: string
  /** What the caller wrote on it. Values are markers, not secrets. */
  readonly tags: Readonly<Record<string, string>>
  readonly sourceIdentity: string
  readonly sessionName: string
  readonly description: string
  /** Who asked: a session of ours, an AWS service, an identity provider, another account's principal. */
  readonly by: 'session' | 'service' | 'idp' | 'account'
  /** How many leaves the record has: of variants the fullest wins, then the smaller id. */
  readonly weight: number
}

/** An issue as it goes straight from normalise to the principal of the child. */
export type IssueCopy = {
  readonly kind: 'credential.issued.copy'
  readonly id: string
  readonly at: number
  readonly issue: Issue
  /** Principal key, key id and creationDate of the caller. */
  readonly parent: string
  readonly parentKey: string
  readonly parentCreated: number
}
