import type { Call, Operations } from './call.ts'
import { change, resourceOf, roleIn, userIn } from './entities.ts'
import { noSuchEntity, tooMany, type ApiError } from './errors.ts'
import { isManaged } from './managed.ts'
import { required } from './params.ts'
import { policyOf } from './policy.ts'
import type { Role, User } from './state.ts'

/** Characters of all inline policies of one entity together, white space not counted (IAM User Guide, "quotas"). */
const inlineMax = { user: 2_048, role: 10_240 } as const
const attachedMax = 10

const sizeOf = (documents: Iterable<string>): number =>
  [...documents].reduce((sum, text) => sum + text.replace(/\s/g, '').length, 0)

function assertRoom(
  inline: ReadonlyMap<string, string>,
  kind: 'user' | 'role',
  name: string,
): void {
  if (sizeOf(inline.values()) > inlineMax[kind])
    throw tooMany(`Maximum policy size of ${inlineMax[kind]} bytes exceeded for ${kind} ${name}`)
}

/** Inline and attached policies work alike on users and roles: `PutUserPolicy`, `PutRolePolicy`. */
function operationsOn(kind: 'user' | 'role'): Operations {
  const word = kind === 'user' ? 'User' : 'Role'
  const resource = resourceOf(kind)
  const entityIn = (call: Call): User | Role => (kind === 'user' ? userIn(call) : roleIn(call))
  const write = { readOnly: false, resource }
  const read = { readOnly: true, resource }
  const nameOf = (entity: User | Role) => ({ [`${word}Name`]: entity.name })
  return {
    [`Put${word}Policy`]: {
      ...write,
      run: (call) => {
        const entity = entityIn(call)
        const changed = new Map(entity.inline.read(call.now))
        const document = required(call.params, 'PolicyDocument')
        policyOf(document)
        changed.set(required(call.params, 'PolicyName'), document)
        assertRoom(changed, kind, entity.name)
        change(call.nature, entity.inline, changed)
        return { data: {} }
      },
    },
    [`Get${word}Policy`]: {
      ...read,
      run: (call) => {
        const entity = entityIn(call)
        const name = required(call.params, 'PolicyName')
        const document = entity.inline.read(call.now, call.nature.readLag).get(name)
        if (document === undefined) throw noPolicy(kind, name)
        // IAM encodes documents as in an address (RFC 3986).
        return {
          data: {
            ...nameOf(entity),
            PolicyName: name,
            PolicyDocument: encodeURIComponent(document),
          },
        }
      },
    },
    [`List${word}Policies`]: {
      ...read,
      run: (call) => {
        const names = [...entityIn(call).inline.read(call.now, call.nature.readLag).keys()]
        return { data: { PolicyNames: names.toSorted(), IsTruncated: false } }
      },
    },
    [`Delete${word}Policy`]: {
      ...write,
      run: (call) => {
        const entity = entityIn(call)
        const name = required(call.params, 'PolicyName')
        const changed = new Map(entity.inline.read(call.now))
        if (!changed.delete(name)) throw noPolicy(kind, name)
        change(call.nature, entity.inline, changed)
        return { data: {} }
      },
    },
    ...attaching(kind, word, entityIn),
  }
}

function attaching(
  kind: 'user' | 'role',
  word: 'User' | 'Role',
  entityIn: (call: Call) => User | Role,
): Operations {
  const resource = resourceOf(kind)
  return {
    [`Attach${word}Policy`]: {
      readOnly: false,
      resource,
      run: (call) => {
        const entity = entityIn(call)
        const arn = required(call.params, 'PolicyArn')
        if (!isManaged(arn, call.account)) throw noSuchEntity(`Policy ${arn}`)
        const changed = new Set(entity.attached.read(call.now)).add(arn)
        if (changed.size > attachedMax)
          throw tooMany(`Cannot exceed quota for PoliciesPer${word}: ${attachedMax}`)
        change(call.nature, entity.attached, changed)
        return { data: {} }
      },
    },
    [`Detach${word}Policy`]: {
      readOnly: false,
      resource,
      run: (call) => {
        const entity = entityIn(call)
        const arn = required(call.params, 'PolicyArn')
        const changed = new Set(entity.attached.read(call.now))
        if (!changed.delete(arn)) throw noSuchEntity(`Policy ${arn}`)
        change(call.nature, entity.attached, changed)
        return { data: {} }
      },
    },
    [`ListAttached${word}Policies`]: {
      readOnly: true,
      resource,
      run: (call) => {
        const arns = [...entityIn(call).attached.read(call.now, call.nature.readLag)]
        const AttachedPolicies = arns.map((arn) => ({
          PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
          PolicyArn: arn,
        }))
        return { data: { AttachedPolicies, IsTruncated: false } }
      },
    },
  }
}

const noPolicy = (kind: string, name: string): ApiError =>
  noSuchEntity(`The ${kind} policy with name ${name}`)

export const policyOperations: Operations = { ...operationsOn('user'), ...operationsOn('role') }
