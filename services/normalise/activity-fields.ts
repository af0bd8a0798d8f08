import type { AgentActivity } from '#shared/messages/activity.ts'

/** How a field of an activity is written; each shape has one reader, one quick check and one phrase for errors. */
export type Shape = 'id' | 'text' | 'time' | 'ids' | 'texts' | 'scope' | 'credential' | 'expires'

export type Field = {
  readonly name: string
  /** Names under which it is accepted, the first one present wins; its own name comes first. */
  readonly names: readonly string[]
  readonly shape: Shape
  readonly required: boolean
  /** What stands where it is absent. */
  readonly filled?: 'nothing' | 'list'
}

const need = (name: string, shape: Shape, ...aliases: string[]): Field => ({
  name,
  names: [name, ...aliases],
  shape,
  required: true,
})
const may = (name: string, shape: Shape, ...aliases: string[]): Field => ({
  ...need(name, shape, ...aliases),
  required: false,
})
const filled = (
  name: string,
  shape: Shape,
  as: 'nothing' | 'list',
  ...aliases: string[]
): Field => ({
  ...may(name, shape, ...aliases),
  filled: as,
})

const common = [
  need('id', 'id', 'activityId', 'activity_id'),
  need('time', 'time', 'start', 'startTime', 'start_time', 'timestamp', '@timestamp'),
  may('source', 'id'),
  may('received', 'time', 'receivedAt', 'received_at'),
]
const task = ['taskId', 'task_id']
const agent = ['agentId', 'agent_id']

/**
 * What each kind of activity is made of, and by which other names senders write the same thing. What is not listed is
 * dropped at the door: prompts, arguments and results never get further.
 */
export const fieldsOf: Readonly<Record<AgentActivity['kind'], readonly Field[]>> = {
  'agent.registered': [
    ...common,
    need('agent', 'id', ...agent),
    may('owner', 'text'),
    filled('runtimes', 'ids', 'list', 'runtime', 'runtimeArns', 'runtime_arns'),
    filled('principals', 'ids', 'list', 'principal', 'principalArns', 'principal_arns', 'roles'),
    may('sources', 'ids'),
    may('validFrom', 'time', 'valid_from'),
  ],
  'task.started': [
    ...common,
    need('task', 'id', ...task),
    need('agent', 'id', ...agent),
    may(
      'parent',
      'id',
      'parentTask',
      'parentId',
      'parentTaskId',
      'parent_task_id',
      'parent_id',
      'parent_task',
    ),
    may('onBehalfOf', 'text', 'on_behalf_of'),
    may('scope', 'scope'),
  ],
  'task.ended': [...common, need('task', 'id', ...task), may('agent', 'id', ...agent)],
  'tool.called': [
    ...common,
    need('task', 'id', ...task),
    may('agent', 'id', ...agent),
    filled('tool', 'text', 'nothing', 'toolName', 'tool_name'),
    may('end', 'time', 'endTime', 'end_time'),
    filled(
      'requestIds',
      'ids',
      'list',
      'awsRequestIds',
      'aws_request_ids',
      'request_ids',
      'requestId',
      'request_id',
    ),
    may(
      'credential',
      'credential',
      'credentialId',
      'credential_id',
      'accessKeyId',
      'access_key_id',
    ),
    may('rule', 'text'),
  ],
  'credential.issued': [
    ...common,
    need(
      'credential',
      'credential',
      'credentialId',
      'credential_id',
      'accessKeyId',
      'access_key_id',
    ),
    need('task', 'id', ...task),
    may('agent', 'id', ...agent),
    may('issuer', 'id'),
    may('delegatedFrom', 'id', 'delegated_from'),
    may('expires', 'expires', 'expiresAt', 'expires_at', 'expiration'),
  ],
}

/** What a field of each shape must be, as an error says it. */
export const wanted: Readonly<Record<Shape, string>> = {
  id: 'a text of 1 to 512 characters',
  text: 'a text',
  time: 'RFC 3339 with an offset, or epoch milliseconds',
  ids: 'a list of texts of 1 to 512 characters each',
  texts: 'a list of texts',
  scope:
    'an object of lists (services, actions, accounts, regions, resources, handOffTo) and sensitivity',
  credential: 'a public key id or a keyed fingerprint of 1 to 512 characters',
  expires: 'RFC 3339 with an offset, or epoch milliseconds',
}

export const isKind = (kind: unknown): kind is AgentActivity['kind'] =>
  typeof kind === 'string' && Object.hasOwn(fieldsOf, kind)
