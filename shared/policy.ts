/** What the pure steps read from the configuration. The same policy over the same records gives the same outcome. */
export type Policy = {
  /** Principal keys without session (`account/role/broker`), and names of sources or brokers, that may issue credentials. */
  readonly issuers: ReadonlySet<string>
  /** Session tag keys, lower case, that carry a task, an agent or a human. */
  readonly tags: Readonly<Record<'task' | 'agent' | 'human', ReadonlySet<string>>>
  /** Named groups `task` and `agent` of a role session name; absent: session names say nothing. */
  readonly sessionName: RegExp | undefined
  readonly twoPlacesMs: number
  readonly endGraceMs: number
  readonly deniedBurst: number
  readonly harvestNames: number
  /** Principal keys without session by which Keytrail itself cuts and undoes. */
  readonly responders: ReadonlySet<string>
}

export const defaultPolicy: Policy = {
  issuers: new Set(),
  tags: {
    task: new Set(['task_id', 'task']),
    agent: new Set(['agent_id', 'agent']),
    human: new Set(['user_id', 'user']),
  },
  sessionName: undefined,
  twoPlacesMs: 600_000,
  endGraceMs: 60_000,
  deniedBurst: 10,
  harvestNames: 10,
  responders: new Set(),
}

/** A principal key without its session: `account/role/NAME`; others as they are. */
export function baseOf(principal: string): string {
  const role = principal.indexOf('/role/')
  if (role < 0) return principal
  const end = principal.indexOf('/', role + 6)
  return end < 0 ? principal : principal.slice(0, end)
}

/** `account/user/NAME` or `account/role/NAME`: how a deed on this principal names it. */
export function ownTarget(principal: string): string {
  const [account = '', kind = '', name = ''] = principal.split('/')
  return `${account}/${kind}/${name}`
}
