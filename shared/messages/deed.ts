/**
 * What one call changed, read from its document by normalise: the verdict travels, the document does not
 * (SEMANTICS A6). A refused call is a deed too: `outcome` says so.
 */
export type Deed = {
  readonly deed: DeedKind
  /** What it was done to, as `kind/name`: `user/alice`, `role/deploy`, `bucket/logs`, `trail/org`, `instance/i-1`, … */
  readonly target: string
  /** Account that owns the target; deeds on one target meet by `account/target`. */
  readonly account: string
  /** Who gained power: the caller itself, another principal of the account, somebody outside it, or everyone. */
  readonly grantee: 'self' | 'other' | 'outside' | 'everyone' | 'none'
  /** The outside accounts, principals or networks that gained power, sorted, at most 8. */
  readonly to: readonly string[]
  readonly power: 'admin' | 'some' | 'unknown' | 'none'
  /** `cut`: AWS omitted the document, so what it grants is not measurable. */
  readonly document: 'whole' | 'cut' | 'none'
  readonly outcome: 'done' | 'denied' | 'failed'
  /** Does it weaken the defence, or put back what was weakened? `neither` for plain changes such as making a trail. */
  readonly effect: 'weakens' | 'restores' | 'neither'
  /** A short human clause without subject: "attached AdministratorAccess to user alice". No secrets, no policy text. */
  readonly says: string
  /** Other things the deed names, as `kind/name`, that judges look up: the bucket of a trail, the role of an instance. */
  readonly about?: readonly string[]
  /** How much: instances asked for, months kept. Meaning depends on the deed. */
  readonly amount?: number
  /** The key id that the call made (CreateAccessKey), as in the record. */
  readonly key?: string
}

/** Every kind of deed that normalise can read from a record. */
export const deedKinds = [
  'user-created', // CreateUser
  'role-created', // CreateRole (its trust is a `trust-opened` of its own when outside)
  'admin-granted', // Attach/Put*Policy, CreatePolicyVersion, AddUserToGroup(admin) … with admin power
  'policy-granted', // the same with some or unknown power
  'trust-opened', // CreateRole/UpdateAssumeRolePolicy: who may assume the role
  'key-created', // CreateAccessKey; grantee self|other
  'key-changed', // UpdateAccessKey, DeleteAccessKey (restores) …
  'password-set', // CreateLoginProfile, UpdateLoginProfile
  'mfa-removed', // DeactivateMFADevice, DeleteVirtualMFADevice
  'mfa-added', // EnableMFADevice for another user
  'federation-token', // GetFederationToken with its policy's power
  'trust-anchor', // Roles Anywhere anchors and profiles, SAML and OIDC providers
  'boundary-removed', // Delete*PermissionsBoundary
  'guardrail-left', // LeaveOrganization, SCP detached or deleted
  'audit-made', // CreateTrail, StartLogging, CreateFlowLogs, CreateDetector, …
  'audit-weakened', // StopLogging, DeleteTrail, selectors cut, flow logs deleted, detector off, lifecycle on a bucket, …
  'shared-outside', // snapshots, images, bucket policies and ACLs, keys, queues, secrets shared outside or with everyone
  'command-run', // SendCommand, StartSession, ExecuteCommand, SendSSHPublicKey, EC2 serial console
  'user-data-changed', // ModifyInstanceAttribute userData
  'code-changed', // UpdateFunctionCode, layers, handler, image
  'code-shared', // Lambda AddPermission for outside or everyone, function URL without auth
  'port-opened', // security group opened to /0
  'compute-launched', // RunInstances of GPU or large fleets
  'signed-in', // ConsoleLogin; `says` tells with or without MFA
  'key-exposed', // AWSCompromisedKeyQuarantine attached, AWS Health credential exposure
  'role-probed', // refused AssumeRole: the role stands only in errorMessage
] as const
export type DeedKind = (typeof deedKinds)[number]
