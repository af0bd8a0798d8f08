/** A user or role that somebody may be allowed to touch, as policies see it. */
export type Target = {
  /** With its path. */
  readonly arn: string
  readonly tags: Readonly<Record<string, string>>
}

/** An action on a resource, as a policy names them: `iam:GetRole`, an ARN or `*`. */
export type Asked = {
  readonly action: string
  readonly resource: string
  /** Tags of the resource, which conditions may ask for; absent: none are known. */
  readonly tags?: Target['tags']
}

/** What is not allowed. Explicit: a statement forbids it; else none allows it. */
export type Denied = Asked & { readonly isExplicit: boolean }

/**
 * What the policies of an identity let it do, asked without doing it. Fails with Refused where it may not be asked, with
 * Transient where it may be asked later.
 */
export type Permissions = {
  /** ARN of the user or role that we are, as policies name it: of a session its role, without the path. */
  identity(): Promise<string>
  /** A user or role by its principal key (`111122223333/role/NAME`), looked at by our own right; undefined: there is none. */
  target(principal: string): Promise<Target | undefined>
  /** What is denied of this, by whatever policy; empty: everything is allowed. */
  denied(identity: string, asked: readonly Asked[]): Promise<readonly Denied[]>
  close(): void
}
