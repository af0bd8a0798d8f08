import type { Call, Operations } from './call.ts'
import { arnOf, change, isoTime, resourceOf, tagsOn, userIn } from './entities.ts'
import { ApiError, exists, noSuchEntity, tooMany } from './errors.ts'
import { secretOf, uniqueId } from './ids.ts'
import { optional, required, tagsIn } from './params.ts'
import {
  newEntity,
  type AccessKey,
  type Account,
  type Credentials,
  type KeyStatus,
  type Nature,
  type User,
} from './state.ts'
import { timeline } from './timeline.ts'
import { consoleTime } from './times.ts'

const keysMax = 2

export function createUser(account: Account, nature: Nature, name: string, path = '/'): User {
  if (account.users.has(name)) throw exists(`User with name ${name}`)
  const user: User = {
    ...newEntity(nature.now()),
    kind: 'user',
    id: uniqueId('AIDA', account.id, nature.chance),
    name,
    path,
    arn: arnOf('user', account.id, path, name),
    account: account.id,
    keys: new Map(),
  }
  account.users.set(name, user)
  return user
}

export function createKey(user: User, nature: Nature, credentials: Credentials): AccessKey {
  if (keysOf(user, nature.now()).length >= keysMax)
    throw tooMany(`Cannot exceed quota for AccessKeysPerUser: ${keysMax}`)
  const key: AccessKey = {
    kind: 'key',
    id: uniqueId('AKIA', user.account, nature.chance),
    secret: secretOf(nature.chance),
    user,
    created: nature.now(),
    status: timeline<KeyStatus | undefined>('Active', nature.now()),
    lastUsed: undefined,
  }
  user.keys.set(key.id, key)
  credentials.set(key.id, key)
  return key
}

/** Keys that are there, without those that were deleted. */
const keysOf = (user: User, now: number, lag = 0): AccessKey[] =>
  [...user.keys.values()].filter((key) => key.status.read(now, lag) !== undefined)

function keyIn(call: Call): AccessKey {
  const id = required(call.params, 'AccessKeyId')
  const key = userIn(call).keys.get(id)
  if (!key || key.status.read(call.now) === undefined)
    throw noSuchEntity(`The Access Key with id ${id}`)
  return key
}

const userShape = (user: User) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: isoTime(user.created),
})

const keyShape = (key: AccessKey, now: number, lag = 0) => ({
  UserName: key.user.name,
  AccessKeyId: key.id,
  Status: key.status.read(now, lag) ?? 'Active',
  CreateDate: isoTime(key.created),
})

const resource = resourceOf('user')
const write = { readOnly: false, resource }
const read = { readOnly: true, resource }

const userOperations: Operations = {
  CreateUser: {
    ...write,
    run: (call) => {
      const path = optional(call.params, 'Path')
      const user = createUser(call.account, call.nature, required(call.params, 'UserName'), path)
      change(call.nature, user.tags, tagsIn(call.params))
      const data = { User: userShape(user) }
      return {
        data,
        shown: { User: { ...data.User, CreateDate: consoleTime(user.created) } },
      }
    },
  },
  GetUser: {
    ...read,
    run: (call) => {
      const user = userIn(call)
      return { data: { User: { ...userShape(user), ...tagsOn(user, call) } } }
    },
  },
  ListUsers: {
    readOnly: true,
    run: ({ account }) => ({
      data: { Users: [...account.users.values()].map(userShape), IsTruncated: false },
    }),
  },
  TagUser: {
    ...write,
    run: (call) => {
      const user = userIn(call)
      change(call.nature, user.tags, new Map([...user.tags.read(call.now), ...tagsIn(call.params)]))
      return { data: {} }
    },
  },
  DeleteUser: {
    ...write,
    run: (call) => {
      const user = userIn(call)
      if (keysOf(user, call.now).length > 0)
        throw new ApiError(
          'DeleteConflict',
          409,
          'Cannot delete entity, must delete access keys first.',
        )
      if (user.inline.read(call.now).size + user.attached.read(call.now).size > 0)
        throw new ApiError(
          'DeleteConflict',
          409,
          'Cannot delete entity, must delete policies first.',
        )
      call.account.users.delete(user.name)
      change(call.nature, user.there, false)
      return { data: {} }
    },
  },
}

const keyOperations: Operations = {
  CreateAccessKey: {
    ...write,
    run: (call) => {
      const key = createKey(userIn(call), call.nature, call.credentials)
      const shape = keyShape(key, call.now)
      return {
        data: { AccessKey: { ...shape, SecretAccessKey: key.secret } },
        shown: { AccessKey: { ...shape, CreateDate: consoleTime(key.created) } },
      }
    },
  },
  ListAccessKeys: {
    ...read,
    run: (call) => {
      const lag = call.nature.readLag
      const keys = keysOf(userIn(call), call.now, lag)
      const AccessKeyMetadata = keys.map((key) => keyShape(key, call.now, lag))
      return { data: { AccessKeyMetadata, IsTruncated: false } }
    },
  },
  UpdateAccessKey: {
    ...write,
    run: (call) => {
      const key = keyIn(call)
      const status = required(call.params, 'Status')
      if (status !== 'Active' && status !== 'Inactive')
        throw new ApiError('InvalidInput', 400, `Invalid status ${status}`)
      change(call.nature, key.status, status)
      return { data: {} }
    },
  },
  DeleteAccessKey: {
    ...write,
    run: (call) => {
      change(call.nature, keyIn(call).status, undefined)
      return { data: {} }
    },
  },
  GetAccessKeyLastUsed: {
    readOnly: true,
    resource: (call) => keyAnywhere(call).user.arn,
    run: (call) => {
      const key = keyAnywhere(call)
      const { at, service, region } = key.lastUsed ?? { service: 'N/A', region: 'N/A' }
      const AccessKeyLastUsed = {
        ...(at !== undefined && { LastUsedDate: isoTime(at) }),
        ServiceName: service,
        Region: region,
      }
      return { data: { UserName: key.user.name, AccessKeyLastUsed } }
    },
  },
}

/** This one operation names no user. */
function keyAnywhere(call: Call): AccessKey {
  const key = call.credentials.get(required(call.params, 'AccessKeyId'))
  if (key?.kind === 'key' && key.user.account === call.account.id) return key
  throw new ApiError('AccessDenied', 403, 'The key is not of this account.')
}

export const iamUserOperations: Operations = { ...userOperations, ...keyOperations }
