import type { Call, Operations } from './call.ts'
import { arnOf, change, isoTime, resourceOf, roleIn, tagsOn } from './entities.ts'
import { ApiError, exists } from './errors.ts'
import { uniqueId } from './ids.ts'
import { numberIn, optional, required, tagsIn } from './params.ts'
import { policyOf } from './policy.ts'
import { newEntity, type Account, type Nature, type Role } from './state.ts'
import { timeline } from './timeline.ts'
import { consoleTime } from './times.ts'

export type NewRole = {
  readonly name: string
  readonly trust: string
  readonly path?: string
  readonly maxSessionSeconds?: number
}

export function createRole(account: Account, nature: Nature, made: NewRole): Role {
  const { name, trust, path = '/', maxSessionSeconds = 3_600 } = made
  if (account.roles.has(name)) throw exists(`Role with name ${name}`)
  policyOf(trust)
  const role: Role = {
    ...newEntity(nature.now()),
    kind: 'role',
    id: uniqueId('AROA', account.id, nature.chance),
    name,
    path,
    arn: arnOf('role', account.id, path, name),
    account: account.id,
    trust: timeline(trust, nature.now()),
    maxSessionSeconds,
  }
  account.roles.set(name, role)
  return role
}

/** Roles that AWS keeps for itself and for Identity Center: nobody in the account may change them. */
function changeable(role: Role): Role {
  if (role.path.startsWith('/aws-service-role/'))
    throw new ApiError(
      'UnmodifiableEntity',
      400,
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
    )
  return role
}

const roleShape = (role: Role, call: Call) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: isoTime(role.created),
  AssumeRolePolicyDocument: encodeURIComponent(role.trust.read(call.now, call.nature.readLag)),
  MaxSessionDuration: role.maxSessionSeconds,
})

const resource = resourceOf('role')
const write = { readOnly: false, resource }

export const iamRoleOperations: Operations = {
  CreateRole: {
    ...write,
    run: (call) => {
      const { params } = call
      const path = optional(params, 'Path')
      const role = createRole(call.account, call.nature, {
        name: required(params, 'RoleName'),
        trust: required(params, 'AssumeRolePolicyDocument'),
        ...(path !== undefined && { path }),
        maxSessionSeconds: numberIn(params, 'MaxSessionDuration', 3_600),
      })
      change(call.nature, role.tags, tagsIn(params))
      const data = { Role: roleShape(role, call) }
      return { data, shown: { Role: { ...data.Role, CreateDate: consoleTime(role.created) } } }
    },
  },
  GetRole: {
    readOnly: true,
    resource,
    run: (call) => {
      const role = roleIn(call)
      return { data: { Role: { ...roleShape(role, call), ...tagsOn(role, call) } } }
    },
  },
  ListRoles: {
    readOnly: true,
    run: (call) => {
      const roles = [...call.account.roles.values()]
      return { data: { Roles: roles.map((role) => roleShape(role, call)), IsTruncated: false } }
    },
  },
  UpdateAssumeRolePolicy: {
    ...write,
    run: (call) => {
      const trust = required(call.params, 'PolicyDocument')
      policyOf(trust)
      change(call.nature, changeable(roleIn(call)).trust, trust)
      return { data: {} }
    },
  },
  TagRole: {
    ...write,
    run: (call) => {
      const role = changeable(roleIn(call))
      change(call.nature, role.tags, new Map([...role.tags.read(call.now), ...tagsIn(call.params)]))
      return { data: {} }
    },
  },
  DeleteRole: {
    ...write,
    run: (call) => {
      const role = changeable(roleIn(call))
      if (role.inline.read(call.now).size + role.attached.read(call.now).size > 0)
        throw new ApiError(
          'DeleteConflict',
          409,
          'Cannot delete entity, must delete policies first.',
        )
      call.account.roles.delete(role.name)
      change(call.nature, role.there, false)
      return { data: {} }
    },
  },
}
