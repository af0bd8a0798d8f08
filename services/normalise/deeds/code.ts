import { lastPart } from '#shared/facts/arn.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { fields, firstText, isTrue, text } from '../fields.ts'
import { granteesOf } from '../grantees.ts'
import { parsePolicy } from '../policies.ts'
import { thing } from './audit.ts'
import {
  accountOf,
  deed,
  isOutside,
  spoken,
  spokenGrantees,
  type DeedReader,
  type DeedTable,
} from './deed.ts'

/** Name of a function without ARN and version: `…:function:resize:1` → `resize`. */
function functionOf({ params }: Call): string {
  const named = firstText(params, 'functionName')
  const at = named.indexOf(':function:')
  const name = at < 0 ? named : named.slice(at + ':function:'.length)
  return `function/${name.split(':')[0] || '-'}`
}

const spokenFunction = (call: Call): string => spoken(functionOf(call))

/** The role that the code now runs as. */
function roleOf({ response, params }: Call): Partial<Deed> {
  const role = lastPart(text(response['role']) || text(params['role']))
  return role === '' ? {} : { about: [`role/${role}`] }
}

const codeUpdated: DeedReader = (call) =>
  isTrue(call.params['dryRun'])
    ? []
    : [
        deed(
          call,
          'code-changed',
          functionOf(call),
          `replaced the code of ${spokenFunction(call)}`,
          roleOf(call),
        ),
      ]

/** Parts of a function's configuration that decide which code runs, or as whom. */
const runs: readonly (readonly [string, string])[] = [
  ['layers', 'layers'],
  ['handler', 'handler'],
  ['imageConfig', 'image'],
  ['role', 'role'],
]

/** `CreateFunction` is daily work; changing what an existing function runs is not. */
const configurationUpdated: DeedReader = (call) => {
  const changed = runs.filter(([name]) => {
    const value = call.params[name]
    return Array.isArray(value)
      ? value.length > 0
      : value !== undefined && value !== null && value !== ''
  })
  if (changed.length === 0) return []
  const says = `changed the ${changed.map(([, what]) => what).join(' and ')} of ${spokenFunction(call)}`
  return [deed(call, 'code-changed', functionOf(call), says, roleOf(call))]
}

/** Who may call the function (Lambda API Reference, AddPermission): a service with a source of ours is no stranger. */
const permissionAdded: DeedReader = (call) => {
  const { params } = call
  const principal = text(params['principal'])
  const condition = {
    StringEquals: {
      ...(text(params['sourceAccount']) !== '' && { 'aws:SourceAccount': params['sourceAccount'] }),
      ...(text(params['principalOrgID']) !== '' && {
        'aws:PrincipalOrgID': params['principalOrgID'],
      }),
    },
    ArnLike: text(params['sourceArn']) === '' ? {} : { 'aws:SourceArn': params['sourceArn'] },
  }
  const stranger = principal === '*' || isOutside(accountOf(principal), call)
  if (!stranger) return []
  const policy = parsePolicy({
    Statement: [
      {
        Effect: 'Allow',
        Action: params['action'] ?? '',
        Resource: '*',
        Principal: { AWS: principal },
        Condition: condition,
      },
    ],
  })
  const { grantee, to } = granteesOf(policy, call)
  if (grantee === 'none') return []
  const what =
    text(params['layerName']) === ''
      ? functionOf(call)
      : `layer/${lastPart(text(params['layerName']))}`
  const who = spokenGrantees({ grantee, to })
  return [
    deed(call, 'code-shared', what, `let ${who} call ${spoken(what)}`, {
      grantee,
      to,
      power: 'some',
      effect: 'weakens',
    }),
  ]
}

/** A URL without authentication is open to everyone (Lambda Developer Guide, "function URLs"). */
const functionUrl: DeedReader = (call) => {
  const type = text(call.params['authType'])
  if (type === 'NONE')
    return [
      deed(
        call,
        'code-shared',
        functionOf(call),
        `gave ${spokenFunction(call)} a URL that everyone can call`,
        {
          grantee: 'everyone',
          to: ['*'],
          power: 'some',
          effect: 'weakens',
        },
      ),
    ]
  return type === '' ? [] : closed(call)
}

const closed: DeedReader = (call) => [
  deed(call, 'code-shared', functionOf(call), `closed ${spokenFunction(call)}`, {
    effect: 'restores',
  }),
]

/** User data runs as root at the next start, with the instance's role (EC2 User Guide, "user data"). */
const userData: DeedReader = (call) => {
  const instance = text(call.params['instanceId']) || '-'
  const asked = call.params['userData']
  const named = text(call.params['attribute']) === 'userData'
  if ((asked === undefined || asked === null) && !named) return []
  return [
    deed(
      call,
      'user-data-changed',
      `instance/${instance}`,
      `changed the user data of instance ${instance}`,
      {
        grantee: 'other',
      },
    ),
  ]
}

const template: DeedReader = (call) => {
  const request = fields(call.params['CreateLaunchTemplateVersionRequest'])
  const data = fields(request['LaunchTemplateData'])
  if (data['UserData'] === undefined) return []
  const name = firstText(request, 'LaunchTemplateName', 'LaunchTemplateId') || '-'
  const says = `changed the user data of launch template ${name}`
  return [deed(call, 'user-data-changed', `launch-template/${name}`, says, { grantee: 'other' })]
}

/** Scripts that a notebook runs as root at its start, with its role (SageMaker AI Developer Guide, "lifecycle configuration"). */
const lifecycle =
  (kind: string, ...names: readonly string[]): DeedReader =>
  (call) => {
    if (firstText(call.params, ...names) === '') return []
    const name = thing(kind, ...names)(call)
    return [deed(call, 'code-changed', name, `changed what ${spoken(name)} runs at its start`)]
  }

/** Another script is bound to a notebook. */
const notebook: DeedReader = (call) =>
  firstText(call.params, 'lifecycleConfigName') === ''
    ? []
    : lifecycle('notebook', 'notebookInstanceName')(call)

/** Code that something else runs: functions, layers, user data, start scripts. */
export const code: DeedTable = {
  'lambda:UpdateFunctionCode': codeUpdated,
  'lambda:UpdateFunctionConfiguration': configurationUpdated,
  'lambda:AddPermission': permissionAdded,
  'lambda:AddLayerVersionPermission': permissionAdded,
  'lambda:RemovePermission': closed,
  'lambda:CreateFunctionUrlConfig': functionUrl,
  'lambda:UpdateFunctionUrlConfig': functionUrl,
  'lambda:DeleteFunctionUrlConfig': closed,
  'ec2:ModifyInstanceAttribute': userData,
  'ec2:CreateLaunchTemplateVersion': template,
  'sagemaker:UpdateNotebookInstanceLifecycleConfig': lifecycle(
    'lifecycle-config',
    'notebookInstanceLifecycleConfigName',
  ),
  'sagemaker:UpdateNotebookInstance': notebook,
}
