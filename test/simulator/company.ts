import type { Answer, Credential } from '#infra/fake-aws/call.ts'
import type { FakeAws } from '#infra/fake-aws/fake-aws.ts'
import type { Time } from './time.ts'

export const account = '111122223333'
/** Where everything runs that is of the company, and where its enemies sit (RFC 5737). */
const office = '198.51.100.20'

const allow = (...actions: readonly string[]) => statement({ Action: actions, Resource: '*' })
const statement = (rule: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rule }] })

/** Each agent has a role of its own; the broker takes it on for one task at a time. */
const agents = {
  ledger: allow('s3:*', 'sqs:*', 'secretsmanager:*', 'iam:CreateAccessKey', 'iam:ListUsers'),
  support: allow('s3:*', 'sqs:*', 'ses:*'),
  release: allow('s3:*', 'sqs:*', 'ecr:*', 'lambda:*'),
} as const
export type AgentName = keyof typeof agents
export const agentNames = Object.keys(agents) as readonly AgentName[]

/** Where what the company's programs report goes: the doors of Keytrail, or a list. */
export type Reports = {
  /** Activities as JSON, of one source. */
  readonly activities: (source: string, activities: readonly object[]) => Promise<void>
  /** An OTLP/JSON document of spans, of one source. */
  readonly spans: (source: string, document: object) => Promise<void>
}

/** What somebody holds for one task. */
export type Held = {
  readonly credential: Credential
  readonly task: string
  readonly agent: AgentName
}

/** One call as the simulation saw it, so that the demo can tell who was cut off and who was not. */
export type Made = {
  readonly by: string
  readonly call: string
  readonly key: string
  readonly at: number
  /** `ok`, or AWS's error code. */
  readonly result: string
}

export type CallWords = {
  readonly service: string
  readonly action: string
  readonly params?: Readonly<Record<string, unknown>>
}

export type Company = Awaited<ReturnType<typeof foundCompany>>

export type World = {
  readonly aws: FakeAws
  readonly time: Time
  readonly reports: Reports
  /** A number from 0 to 1. */
  readonly chance: () => number
}

/** The names of those who may report, each with a token of its own, and for which agents. */
export const speakers: Readonly<Record<string, readonly string[]>> = {
  orchestrator: ['*'],
  ...Object.fromEntries(agentNames.map((name) => [`${name}-runtime`, [name]])),
}

/** The user agent of everybody in this company. */
const agentOf = (by: string): string => `aws-sdk-js/3.1130.0 ua/2.1 SIMULATED/${by}`

/** The account's roles and users; gives the broker's key. */
function rolesIn(aws: FakeAws): Credential {
  aws.addUser(account, 'task-broker')
  aws.setPolicy(account, 'user/task-broker', 'Issue', allow('sts:AssumeRole', 'sts:TagSession'))
  const broker = aws.addKey(account, 'task-broker')
  aws.addUser(account, 'backup')
  aws.setPolicy(account, 'user/backup', 'Backup', allow('secretsmanager:*', 's3:*'))
  const trust = statement({
    Principal: { AWS: `arn:aws:iam::${account}:user/task-broker` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  })
  for (const name of agentNames) {
    aws.addRole(account, { name: `${name}-agent`, trust })
    aws.setPolicy(account, `role/${name}-agent`, 'Work', agents[name])
  }
  return broker
}

/** Whose a credential is, as the broker writes it on the session. */
const tagsOf = (agent: AgentName, task: string) => [
  { Key: 'task_id', Value: task },
  { Key: 'agent_id', Value: agent },
  { Key: 'origin', Value: 'SIMULATED' },
]

/** A company that is not there: its roles and users, its broker, its agents. Every report says SIMULATED. */
export async function foundCompany({ aws, time, reports, chance }: World) {
  const made: Made[] = []
  const broker = rolesIn(aws)
  let count = 0
  const id = (kind: string): string =>
    `SIMULATED-${Math.floor(chance() * 2 ** 40).toString(36)}-${kind}-${++count}`
  const tell = (source: string, kind: string, fields: object): Promise<void> =>
    reports.activities(source, [
      { kind, id: id(kind), time: new Date(time.now()).toISOString(), ...fields },
    ])

  await Promise.all(
    agentNames.map((agent) =>
      tell('orchestrator', 'agent.registered', {
        agent,
        owner: `${agent}-team@example.com (SIMULATED)`,
        principals: [`arn:aws:iam::${account}:role/${agent}-agent`],
        sources: ['orchestrator', `${agent}-runtime`],
      }),
    ),
  )

  /** Calls AWS with any credential from anywhere. */
  const call = (by: string, credential: Credential, words: CallWords, address = office): Answer => {
    const from = { region: 'us-east-1', address, userAgent: agentOf(by) }
    const answer = aws.call({ credential, ...words, ...from })
    const result = answer.ok ? 'ok' : answer.code
    made.push({
      by,
      call: `${words.service}:${words.action}`,
      key: credential.key,
      at: time.now(),
      result,
    })
    return answer
  }

  return {
    made,
    call,
    tell,
    /** The broker issues a credential to a task, and says so. */
    async issue(agent: AgentName, task: string): Promise<Held> {
      const credential = aws.assumeRole(
        broker,
        {
          RoleArn: `arn:aws:iam::${account}:role/${agent}-agent`,
          RoleSessionName: task,
          Tags: tagsOf(agent, task),
        },
        { address: office, region: 'us-east-1', userAgent: agentOf('task-broker') },
      )
      await tell('orchestrator', 'credential.issued', { credential: credential.key, task, agent })
      return { credential, task, agent }
    },
    start: (agent: AgentName, task: string, more: object = {}) =>
      tell('orchestrator', 'task.started', { agent, task, ...more }),
    end: (task: string) => tell('orchestrator', 'task.ended', { task }),
    tool: (held: Held, tool: string, calls: readonly CallWords[]) =>
      useTool({ call, time, reports, chance }, held, tool, calls),
  }
}

type Tooling = Pick<World, 'time' | 'reports' | 'chance'> & {
  readonly call: (by: string, credential: Credential, words: CallWords) => Answer
}

/** An agent's tool makes calls, and its runtime tells of them in a span, as instrumented programs do. */
async function useTool(
  { call, time, reports, chance }: Tooling,
  { agent, task, credential }: Held,
  tool: string,
  calls: readonly CallWords[],
): Promise<readonly Answer[]> {
  const start = time.now()
  const answers: Answer[] = []
  for (const words of calls) {
    await time.sleep(20 + 60 * chance())
    answers.push(call(`${agent}/${task}`, credential, words))
  }
  const requestIds = answers.map(({ requestId }) => requestId)
  const spans = spansOf({ agent, task, tool, requestIds, start, end: time.now(), chance })
  await reports.spans(`${agent}-runtime`, spans)
  return answers
}

const hex = (chance: () => number, signs: number): string =>
  Array.from({ length: signs }, () => Math.floor(chance() * 16).toString(16)).join('')

/** One tool span with one AWS span for each call, in the names of the GenAI conventions (1.41). */
function spansOf(told: {
  readonly agent: string
  readonly task: string
  readonly tool: string
  readonly requestIds: readonly string[]
  readonly start: number
  readonly end: number
  readonly chance: () => number
}): object {
  const { agent, task, tool, requestIds, start, end, chance } = told
  const traceId = hex(chance, 32)
  const spanId = hex(chance, 16)
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const span = (name: string, id: string, attributes: readonly object[], parent?: string) => ({
    traceId,
    spanId: id,
    ...(parent !== undefined && { parentSpanId: parent }),
    name,
    kind: 1,
    startTimeUnixNano: `${start}000000`,
    endTimeUnixNano: `${end}000000`,
    attributes: [...attributes, text('gen_ai.task.id', task), text('gen_ai.agent.id', agent)],
  })
  const toolSpan = span(`execute_tool ${tool}`, spanId, [
    text('gen_ai.operation.name', 'execute_tool'),
    text('gen_ai.tool.name', `${tool} (SIMULATED)`),
  ])
  const calls = requestIds.map((requestId) =>
    span(
      'AWS call',
      hex(chance, 16),
      [text('rpc.system', 'aws-api'), text('aws.request_id', requestId)],
      spanId,
    ),
  )
  const resource = {
    attributes: [
      text('service.name', `${agent}-runtime`),
      text('deployment.environment.name', 'SIMULATED'),
    ],
  }
  return { resourceSpans: [{ resource, scopeSpans: [{ spans: [toolSpan, ...calls] }] }] }
}
