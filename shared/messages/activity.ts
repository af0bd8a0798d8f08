import { z } from 'zod'

/** The end of the year 9999, epoch ms: RFC 3339 writes no later time. */
export const latestTime = 253_402_300_799_999

/** RFC 3339 text or epoch milliseconds in; epoch milliseconds out. */
const time = z
  .union([z.number().int().positive().max(latestTime), z.iso.datetime({ offset: true })])
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value)))
  .describe('Event time: RFC 3339, or epoch milliseconds')

const id = z.string().min(1).max(512)

const common = {
  id: id.describe('Unique id of this activity; a repetition with the same id is a duplicate'),
  time,
  source: id
    .optional()
    .describe('Which source reported it. Stamped at the door by live sources; in files as written'),
  received: time.optional().describe("The door's stamp; files without one count as on time"),
}

const Scope = z
  .object({
    services: z.array(z.string()).optional(),
    actions: z.array(z.string()).optional(),
    accounts: z.array(z.string()).optional(),
    regions: z.array(z.string()).optional(),
    resources: z.array(z.string()).optional(),
    sensitivity: z.string().optional(),
    handOffTo: z
      .array(id)
      .optional()
      .describe('Tasks or agents to which this task may hand its credentials'),
  })
  .describe('What the task is for; every part is optional, and what is absent is not judged')

export const AgentRegistered = z.object({
  kind: z.literal('agent.registered'),
  ...common,
  agent: id,
  owner: z.string().optional().describe('The person or team that answers for the agent'),
  runtimes: z.array(id).default([]).describe('ARNs of functions or instances it runs on'),
  principals: z
    .array(id)
    .default([])
    .describe('ARNs or principal keys it acts as; a role covers its sessions'),
  sources: z.array(id).optional().describe('Sources that may speak for it; absent: any source may'),
  validFrom: time.optional().describe('Since when the registration holds; absent: always'),
})

export const TaskStarted = z.object({
  kind: z.literal('task.started'),
  ...common,
  task: id,
  agent: id,
  parent: id.optional().describe('The task of which this one is a declared sub-task'),
  onBehalfOf: z.string().optional().describe('The human for whom it works'),
  scope: Scope.optional(),
})

export const TaskEnded = z.object({
  kind: z.literal('task.ended'),
  ...common,
  task: id,
  agent: id.optional(),
})

export const ToolCalled = z.object({
  kind: z.literal('tool.called'),
  ...common,
  task: id,
  agent: id.optional(),
  tool: z.string().default(''),
  end: time.optional().describe('When the call ended'),
  requestIds: z
    .array(id)
    .default([])
    .describe('AWS request ids of the API calls it made: the exact join to CloudTrail requestID'),
  credential: id.optional().describe('Public key id, or keyed fingerprint, that the call used'),
  rule: z.string().optional().describe('Which rule found the task (reference: task resolution)'),
})

export const CredentialIssued = z.object({
  kind: z.literal('credential.issued'),
  ...common,
  credential: id.describe('Public key id or keyed fingerprint; never the secret'),
  task: id,
  agent: id.optional(),
  issuer: id.optional().describe('Who issued it; exact evidence only if a configured issuer'),
  delegatedFrom: id.optional().describe('The task that hands this credential over'),
  expires: time.optional(),
})

/** Everything an agent, its orchestrator or a broker may report, one object a line or an item. */
export const AgentActivity = z.discriminatedUnion('kind', [
  AgentRegistered,
  TaskStarted,
  TaskEnded,
  ToolCalled,
  CredentialIssued,
])
export type AgentActivity = z.infer<typeof AgentActivity>
export type AgentRegistered = z.infer<typeof AgentRegistered>
export type TaskStarted = z.infer<typeof TaskStarted>
export type TaskEnded = z.infer<typeof TaskEnded>
export type ToolCalled = z.infer<typeof ToolCalled>
export type CredentialIssued = z.infer<typeof CredentialIssued>

/** A source says: all of mine between these event times is in (SEMANTICS E1). It replaces what it said of the scope before. */
export type Progress = {
  readonly kind: 'progress'
  readonly source: string
  /** `account`, or `account:region`; `*` covers everything that the run reads. */
  readonly scope: string
  /** Since when coverage is proven or declared; −Infinity: always. Infinity: it covers the scope no more. */
  readonly from: number
  readonly upTo: number
  /** How far behind now it may be by its nature, ms: further behind, something is wrong. */
  readonly within: number
}
