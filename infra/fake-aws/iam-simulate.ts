import { policiesOf } from './authority.ts'
import type { Call, Operations, Params } from './call.ts'
import type { Context } from './conditions.ts'
import { noSuchEntity } from './errors.ts'
import { required, textsIn } from './params.ts'
import { verdictOf } from './policy.ts'
import type { Role, User } from './state.ts'

const decisions = { allowed: 'allowed', denied: 'explicitDeny', silent: 'implicitDeny' } as const

/** The policy simulator: what the policies of a user or role say, in no context but what is given. */
export const simulateOperations: Operations = {
  SimulatePrincipalPolicy: {
    readOnly: true,
    resource: (call) => required(call.params, 'PolicySourceArn'),
    run: (call) => {
      const policies = policiesOf({ entity: sourceIn(call) }, call.account, call.now)
      const context = contextIn(call)
      const resources = textsIn(call.params, 'ResourceArns')
      const asked = resources.length > 0 ? resources : ['*']
      const EvaluationResults = textsIn(call.params, 'ActionNames').flatMap((action) =>
        asked.map((resource) => ({
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: decisions[verdictOf(policies, { action, resource, context })],
        })),
      )
      return { data: { EvaluationResults, IsTruncated: false } }
    },
  },
}

function contextIn({ params }: Call): Context {
  const entries = params['ContextEntries']
  return new Map(
    (Array.isArray(entries) ? entries : []).map((entry: Params) => [
      required(entry, 'ContextKeyName').toLowerCase(),
      textsIn(entry, 'ContextKeyValues'),
    ]),
  )
}

function sourceIn({ account, params }: Call): User | Role {
  const arn = required(params, 'PolicySourceArn')
  const found = [...account.users.values(), ...account.roles.values()].find(
    (each) => each.arn === arn,
  )
  if (!found) throw noSuchEntity(`The policy source ${arn}`)
  return found
}
