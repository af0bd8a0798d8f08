/**
 * A cut of one unit: of what IAM can tell apart, never finer. Accounts have twelve digits, users and roles are names without path,
 * key ids are public. What each one stops and leaves open: docs/connect-aws.md.
 */
export type Cut =
  /** The access key signs nothing any more. Sessions that were made with it go on. */
  | {
      readonly kind: 'disable-key'
      readonly account: string
      readonly user: string
      readonly key: string
    }
  /**
   * One session of a role may do nothing: an entry in an inline policy on the role that bears our name. Everybody who uses this
   * session name of the role, the part of `aws:userid` behind the role's id, is in the unit.
   */
  | {
      readonly kind: 'deny-session'
      readonly account: string
      readonly role: string
      readonly session: string
    }
  /** What the user's keys made by GetSessionToken and GetFederationToken may do nothing. The keys themselves go on. */
  | { readonly kind: 'deny-user-sessions'; readonly account: string; readonly user: string }

/** A cut as the outside world is asked for it. */
export type TimedCut = Cut & {
  /**
   * Epoch ms; sessions issued before it are cut. `aws:TokenIssueTime` has whole seconds, so it is rounded up to one. A key has
   * no such time.
   */
  readonly issuedBefore: number
}
