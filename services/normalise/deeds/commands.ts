import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from '../call.ts'
import { fields, firstText, list, text, texts } from '../fields.ts'
import { deed, mostGrantees, spoken, type DeedReader, type DeedTable } from './deed.ts'

/** A command reaches each thing that it names; a list beyond this many says how many there were. */
function onEach(call: Call, targets: readonly string[], says: string): ReturnType<DeedReader> {
  const shown = targets.length > 0 ? targets.slice(0, mostGrantees) : ['instance/-']
  return shown.map((target) =>
    deed(call, 'command-run', target, `${says} ${spoken(target)}`, {
      grantee: 'other',
      ...(targets.length > shown.length && { amount: targets.length }),
    }),
  )
}

/** Instances by id, or by tag: `tag:Env=prod` (Systems Manager API Reference, SendCommand). */
const addressed = ({ params }: Call): readonly string[] => [
  ...texts(params['instanceIds']).map((id) => `instance/${id}`),
  ...list(params['targets']).flatMap((item) => {
    const { key, values } = fields(item)
    return texts(values).map((value) =>
      value.startsWith('i-') ? `instance/${value}` : `instances/${text(key)}=${value}`,
    )
  }),
]

const named =
  (kind: string, says: string, ...names: readonly string[]): DeedReader =>
  (call) => {
    const name = firstText(call.params, ...names)
    return onEach(call, [`${kind}/${lastPart(name) || '-'}`], says)
  }

/** Session Manager names instances and ECS tasks alike: `ecs:cluster_task_runtime`. */
const session: DeedReader = (call) => {
  const target = firstText(call.params, 'target', 'instanceId')
  const kind = target.startsWith('ecs:') ? 'task' : 'instance'
  return onEach(call, [`${kind}/${target || '-'}`], 'opened a session on')
}

const endpoint = named('dev-endpoint', 'put a key on', 'endpointName')

/** Calls that run commands on, or open a shell to, something that runs (each service's API Reference). */
export const commands: DeedTable = {
  'ssm:SendCommand': (call) =>
    onEach(call, addressed(call), `ran ${text(call.params['documentName']) || 'a command'} on`),
  'ssm:StartSession': session,
  'ssm:ResumeSession': named('session', 'resumed', 'sessionId'),
  'ssm:StartAutomationExecution': named('document', 'ran', 'documentName'),
  'ssm:CreateAssociation': (call) =>
    onEach(call, addressed(call), `bound ${text(call.params['name']) || 'a document'} to`),
  'ec2-instance-connect:SendSSHPublicKey': named('instance', 'put an SSH key on', 'instanceId'),
  'ec2-instance-connect:SendSerialConsoleSSHPublicKey': named(
    'instance',
    'put a console key on',
    'instanceId',
  ),
  'ec2-instance-connect:OpenTunnel': named('instance', 'opened a tunnel to', 'instanceId'),
  'ec2:EnableSerialConsoleAccess': (call) =>
    onEach(call, [`serial-console/${call.account}`], 'switched on'),
  'ecs:ExecuteCommand': named('task', 'ran a command in', 'task', 'container'),
  'glue:CreateDevEndpoint': endpoint,
  'glue:UpdateDevEndpoint': endpoint,
  'sagemaker:CreatePresignedNotebookInstanceUrl': named(
    'notebook',
    'opened',
    'notebookInstanceName',
  ),
  'lightsail:GetInstanceAccessDetails': named('instance', 'got access to', 'instanceName'),
  'elasticmapreduce:AddJobFlowSteps': named('cluster', 'ran steps on', 'jobFlowId'),
}
