/** What a span is to us: an agent at work, one call of a tool, or neither. */
export type Role = 'agent' | 'tool'

/**
 * How one convention names what Keytrail reads. Every list is in order of preference. Only names that stand in a table are
 * ever read from a span: prompts, arguments and results have no entry, so they cannot get past the door.
 */
export type Dialect = {
  readonly name: string
  /** Attribute → its value → the role it gives the span. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, Role>>>>
  readonly tool: readonly string[]
  readonly agentId: readonly string[]
  readonly agentName: readonly string[]
  /** The conversation or session to which a trace belongs. */
  readonly session: readonly string[]
  /** The human on whose behalf. */
  readonly user: readonly string[]
}

/**
 * OpenTelemetry GenAI: its three generations (≤ 1.36 with `gen_ai.system`, 1.37–1.41 with `gen_ai.provider.name`, and
 * semantic-conventions-genai v0.1.0) differ in what is not read here, and in where `gen_ai.agent.id` stands: v0.1.0 drops it
 * from in-process agents, so the name serves. `invoke_workflow` exists since 1.37.
 */
const genAi: Dialect = {
  name: 'gen_ai',
  roles: {
    'gen_ai.operation.name': {
      execute_tool: 'tool',
      invoke_agent: 'agent',
      invoke_workflow: 'agent',
      execute_task: 'agent',
    },
  },
  tool: ['gen_ai.tool.name'],
  agentId: ['gen_ai.agent.id'],
  agentName: ['gen_ai.agent.name', 'gen_ai.workflow.name'],
  session: ['gen_ai.conversation.id'],
  user: ['user.id', 'enduser.id'],
}

/** OpenTelemetry MCP: client and server side of one call; the tool's name stands under `gen_ai.tool.name`. */
const mcp: Dialect = {
  name: 'mcp',
  roles: { 'mcp.method.name': { 'tools/call': 'tool' } },
  tool: ['mcp.tool.name'],
  agentId: [],
  agentName: [],
  session: ['mcp.session.id'],
  user: [],
}

/** OpenInference (Arize, Phoenix). */
const openInference: Dialect = {
  name: 'openinference',
  roles: { 'openinference.span.kind': { TOOL: 'tool', AGENT: 'agent' } },
  tool: ['tool.name'],
  agentId: [],
  agentName: ['agent.name'],
  session: ['session.id'],
  user: [],
}

/** OpenLLMetry (Traceloop). Its `task` spans are steps of a workflow, not tasks as this project means them. */
const traceloop: Dialect = {
  name: 'traceloop',
  roles: { 'traceloop.span.kind': { tool: 'tool', agent: 'agent', workflow: 'agent' } },
  tool: ['traceloop.entity.name'],
  agentId: [],
  agentName: ['traceloop.workflow.name'],
  session: [
    'traceloop.association.properties.session_id',
    'traceloop.association.properties.thread_id',
    'traceloop.association.properties.conversation_id',
  ],
  user: ['traceloop.association.properties.user_id'],
}

/** In order of preference: where a span speaks several, the first that names a thing decides. */
export const dialects: readonly Dialect[] = [genAi, mcp, openInference, traceloop]

/** One way to find the task: rule names are recorded with the activity (docs/agent-activities.md). */
export type TaskRule = { readonly rule: string; readonly names: readonly string[] }

const association = (...keys: string[]): string[] =>
  keys.map((key) => `traceloop.association.properties.${key}`)

/** Strongest first: claims of a token, then what the span says itself. */
export const taskRules: readonly TaskRule[] = [
  { rule: 'token mission.id', names: ['mission.id', 'token.mission.id'] },
  { rule: 'token txn', names: ['txn', 'token.txn'] },
  { rule: 'gen_ai.task.id', names: ['gen_ai.task.id'] },
  { rule: 'a2a.task.id', names: ['a2a.task.id'] },
  { rule: 'mcp taskId', names: ['mcp.task.id', 'mcp.task_id', 'mcp.taskId'] },
  { rule: 'traceloop association', names: association('task_id', 'taskId', 'task.id', 'task') },
  { rule: 'openinference metadata', names: ['metadata.task_id', 'metadata.taskId'] },
]

export const parentTaskNames: readonly string[] = ['gen_ai.task.parent.id']

/** AWS request ids: the semantic convention, then the names of older JavaScript and Java instrumentations. */
export const requestIdNames: readonly string[] = [
  'aws.request_id',
  'aws.request.id',
  'aws.requestId',
]

/** Keys of the JSON text in OpenInference's `metadata` that are read; the rest of it is content. */
export const metadataKeys: readonly string[] = ['task_id', 'taskId', 'session_id', 'thread_id']

const merged = (pick: (dialect: Dialect) => readonly string[]): readonly string[] => [
  ...new Set(dialects.flatMap(pick)),
]

/** The names of all dialects together, in order of preference. */
export const names = {
  tool: merged((dialect) => dialect.tool),
  agentId: merged((dialect) => dialect.agentId),
  agentName: merged((dialect) => dialect.agentName),
  session: [...merged((dialect) => dialect.session), 'metadata.session_id', 'metadata.thread_id'],
  user: merged((dialect) => dialect.user),
  service: ['service.name'],
  cloudResource: ['cloud.resource_id'],
} as const satisfies Record<string, readonly string[]>

const logNames = ['event.name', 'event.timestamp', 'event.sequence', 'tool_name', 'duration_ms']

/** Every attribute that is read at all. */
export const readNames: ReadonlySet<string> = new Set([
  ...dialects.flatMap((dialect) => Object.keys(dialect.roles)),
  ...Object.values(names).flat(),
  ...taskRules.flatMap((rule) => rule.names),
  ...parentTaskNames,
  ...requestIdNames,
  ...logNames,
])
