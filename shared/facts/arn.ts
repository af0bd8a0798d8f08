/** The parts of an Amazon Resource Name. Any of them but the resource may be empty. */
export type Arn = {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** The rest, with all its colons and slashes: `role/path/deploy`, `function:resize:1`. */
  readonly resource: string
}

/** `arn:partition:service:region:account:resource` (AWS General Reference, "ARN format"), else undefined. */
export function parseArn(text: string): Arn | undefined {
  if (!text.startsWith('arn:')) return undefined
  const service = text.indexOf(':', 4) + 1
  const region = service && text.indexOf(':', service) + 1
  const account = region && text.indexOf(':', region) + 1
  const resource = account && text.indexOf(':', account) + 1
  if (resource === 0) return undefined
  return {
    partition: text.slice(4, service - 1),
    service: text.slice(service, region - 1),
    region: text.slice(region, account - 1),
    account: text.slice(account, resource - 1),
    resource: text.slice(resource),
  }
}

/** What stands after the last slash or colon: the name without path, type or prefix. */
export function lastPart(text: string): string {
  const at = Math.max(text.lastIndexOf('/'), text.lastIndexOf(':'))
  return at < 0 ? text : text.slice(at + 1)
}

/** How the resource of an IAM or STS ARN begins, and what principal key it gives (SEMANTICS B1). */
const principalKinds: Readonly<Record<string, (account: string, rest: string) => string>> = {
  user: (account, rest) => `${account}/user/${lastPart(rest)}`,
  role: (account, rest) => `${account}/role/${lastPart(rest)}`,
  'assumed-role': (account, rest) => `${account}/role/${rest}`,
  'federated-user': (account, rest) => `${account}/federated/${rest}`,
}

/**
 * Principal key (SEMANTICS B1) that an ARN names: `111122223333/user/alice`, `…/role/deploy` for a role (it covers all
 * sessions), `…/role/deploy/session`, `…/federated/name`, `…/root`. Paths of users and roles are no part of it, because
 * the ARN of a session does not show them (IAM User Guide, "IAM identifiers"). '' where the ARN names no principal.
 *
 * @param account the account to use where the ARN has none
 */
export function principalOfArn(text: string, account = ''): string {
  const arn = parseArn(text)
  if (!arn || (arn.service !== 'iam' && arn.service !== 'sts')) return ''
  const owner = arn.account || account
  if (arn.resource === 'root') return `${owner}/root`
  const slash = arn.resource.indexOf('/')
  const rest = arn.resource.slice(slash + 1)
  if (slash < 0 || rest === '') return ''
  return principalKinds[arn.resource.slice(0, slash)]?.(owner, rest) ?? ''
}
