import type { Call } from './call.ts'
import { invalid, noSuchEntity } from './errors.ts'
import { optional, required } from './params.ts'
import type { Nature, Role, User } from './state.ts'
import type { Timeline } from './timeline.ts'

/** Writes a changed value, which takes effect after the usual delay. */
export function change<T>(nature: Nature, line: Timeline<T>, value: T): void {
  line.write(value, nature.now(), nature.propagation())
}

export const arnOf = (kind: 'user' | 'role', account: string, path: string, name: string): string =>
  `arn:aws:iam::${account}:${kind}${path}${name}`

/** ARN that a policy must cover for a user or role, whether it exists or not. */
export const resourceOf =
  (kind: 'user' | 'role') =>
  (call: Call): string => {
    const name = kind === 'user' ? userName(call) : required(call.params, 'RoleName')
    const entity = kind === 'user' ? call.account.users.get(name) : call.account.roles.get(name)
    return entity?.arn ?? arnOf(kind, call.account.id, optional(call.params, 'Path') ?? '/', name)
  }

/** IAM takes the caller's own name where none is given, and says so where the caller is none. */
function userName({ params, caller }: Call): string {
  const name = optional(params, 'UserName')
  if (name !== undefined) return name
  if (caller.kind === 'user') return caller.entity.name
  throw invalid('Must specify userName when calling with non-User credentials')
}

/** @throws ApiError `NoSuchEntity` */
export function userIn(call: Call): User {
  const name = userName(call)
  const user = call.account.users.get(name)
  if (!user) throw noSuchEntity(`The user with name ${name}`)
  return user
}

/** @throws ApiError `NoSuchEntity` */
export function roleIn(call: Call): Role {
  const name = required(call.params, 'RoleName')
  const role = call.account.roles.get(name)
  if (!role) throw noSuchEntity(`The role with name ${name}`)
  return role
}

/** `Tags` as GetRole and GetUser give them: not at all where there are none. */
export function tagsOn({ tags }: User | Role, { now, nature }: Call) {
  const all = [...tags.read(now, nature.readLag)].map(([Key, Value]) => ({ Key, Value }))
  return all.length > 0 ? { Tags: all } : {}
}

/** `iam:ResourceTag/KEY` of the user or role that a call of IAM names (Service Authorization Reference, IAM). */
export function resourceTags({ account, params, now }: Call): [string, readonly string[]][] {
  const [role, user] = [optional(params, 'RoleName'), optional(params, 'UserName')]
  const entity = role === undefined ? account.users.get(user ?? '') : account.roles.get(role)
  return [...(entity?.tags.inEffect(now) ?? [])].map(([key, value]) => [
    `iam:resourcetag/${key.toLowerCase()}`,
    [value],
  ])
}

export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
