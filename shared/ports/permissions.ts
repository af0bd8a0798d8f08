/** An action on a resource, as a policy names them: `iam:GetRole`, an ARN or `*`. */
export type Asked = { readonly action: string; readonly resource: string }

/**
 * What the policies of an identity let it do, asked without doing it. Fails with Refused where it may not be asked, with
 * Transient where it may be asked later.
 */
export type Permissions = {
  /** ARN of the user or role that we are, as policies name it: of a session its role. */
  identity(): Promise<string>
  /** What is denied of this, by whatever policy; empty: everything is allowed. */
  denied(identity: string, asked: readonly Asked[]): Promise<readonly Asked[]>
  close(): void
}
