import { policiesOf } from './authority.ts'
import type { Call, Operations } from './call.ts'
import { noSuchEntity } from './errors.ts'
import { required, textsIn } from './params.ts'
import { verdictOf } from './policy.ts'
import type { Role, User } from './state.ts'

const decisions = { allowed: 'allowed', denied: 'explicitDeny', silent: 'implicitDeny' } as const

/** The policy simulator: what the policies of a user or role say, without the context of a request. */
export const simulateOperations: Operations = {
  SimulatePrincipalPolicy: {
    readOnly: true,
    resource: (call) => required(call.params, 'PolicySourceArn'),
    run: (call) => {
      const policies = policiesOf({ entity: sourceIn(call) }, call.account, call.now)
      const resources = textsIn(call.params, 'ResourceArns')
      const asked = resources.length > 0 ? resources : ['*']
      const EvaluationResults = textsIn(call.params, 'ActionNames').flatMap((action) =>
        asked.map((resource) => ({
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: decisions[verdictOf(policies, { action, resource, context: new Map() })],
        })),
      )
      return { data: { EvaluationResults, IsTruncated: false } }
    },
  },
}

function sourceIn({ account, params }: Call): User | Role {
  const arn = required(params, 'PolicySourceArn')
  const found = [...account.users.values(), ...account.roles.values()].find(
    (each) => each.arn === arn,
  )
  if (!found) throw noSuchEntity(`The policy source ${arn}`)
  return found
}
