/**
 * Records of one small company, for the examples of the credential detections: agent-1 runs task t-1 with a session of the
 * role agent-runner. Times are seconds after the session was made; ids are derived, so that examples can be repeated.
 */
const account = '111122223333'
const base = Date.parse('2026-05-04T09:00:00Z')
const runner = `arn:aws:sts::${account}:assumed-role/agent-runner/run`
export const runnerKey = 'ASIAEXAMPLERUNNER001'
const userKey = 'AKIAEXAMPLEINVOICE01'
const childKey = 'ASIAEXAMPLECHILD0001'

const iso = (seconds: number): string =>
  new Date(base + seconds * 1000).toISOString().replace('.000Z', 'Z')

/** A UUID that a text decides. */
function uuid(text: string): string {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (const unit of text) {
    a = Math.imul(a ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0
    b = Math.imul(b ^ a, 0x85ebca6b) >>> 0
  }
  const hex = (n: number): string => n.toString(16).padStart(8, '0')
  const tail = hex(Math.imul(a ^ b, 0xc2b2ae35) >>> 0)
  return `${hex(a)}-${hex(b).slice(0, 4)}-4${hex(b).slice(5)}-8${tail.slice(1, 4)}-${hex(a ^ 0x5bd1e995)}${tail.slice(4)}`
}

type Place = 'home' | 'thief' | 'roaming' | 'upgraded' | 'endpoint'
const places: Record<Place, Record<string, string>> = {
  home: {
    sourceIPAddress: '198.51.100.20',
    userAgent: 'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.12',
  },
  thief: {
    sourceIPAddress: '203.0.113.99',
    userAgent: 'aws-cli/2.31.0 md/awscrt#0.27 ua/2.1 os/linux-other lang/go#1.25',
  },
  roaming: {
    sourceIPAddress: '203.0.113.7',
    userAgent: 'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.12',
  },
  upgraded: {
    sourceIPAddress: '198.51.100.20',
    userAgent: 'aws-sdk-js/3.900.0 ua/2.1 os/linux lang/js',
  },
  endpoint: {
    sourceIPAddress: '10.20.3.14',
    userAgent: 'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.12',
    vpcEndpointId: 'vpce-0aaa1111bbb22222c',
    vpcEndpointAccountId: account,
  },
}

type Call = {
  readonly at: number
  readonly request: string
  readonly identity: Record<string, unknown>
  readonly place?: Place
  readonly event?: Record<string, unknown>
}

function record({ at, request, identity, place = 'home', event = {} }: Call): unknown {
  return {
    eventVersion: '1.11',
    userIdentity: identity,
    eventTime: iso(at),
    eventSource: 's3.amazonaws.com',
    eventName: 'ListObjects',
    awsRegion: 'eu-west-1',
    ...places[place],
    requestParameters: null,
    responseElements: null,
    requestID: request,
    eventID: uuid(`${request} ${at} ${place} ${JSON.stringify(event).length}`),
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    eventCategory: 'Management',
    ...event,
  }
}

const roleIdentity = (arn: string, key: string, created = 0, more: object = {}) => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE00000001:${arn.split('/').at(-1)}`,
  arn,
  accountId: account,
  accessKeyId: key,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      arn: `arn:aws:iam::${account}:role/${arn.split('/')[1]}`,
      accountId: account,
    },
    attributes: { creationDate: iso(created), mfaAuthenticated: 'false' },
    ...more,
  },
})
const userIdentity = (name: string, key: string) => ({
  type: 'IAMUser',
  principalId: `AIDAEXAMPLE${name}`,
  arn: `arn:aws:iam::${account}:user/${name}`,
  accountId: account,
  accessKeyId: key,
  userName: name,
})

/** A call with the runner's session key. */
export const sessionUse = (request: string, at = 60, place: Place = 'home'): unknown =>
  record({ at, request, place, identity: roleIdentity(runner, runnerKey) })

/** A call with the runner's session key from one of many addresses, by another program. */
export const strayUse = (request: string, at: number, n: number): unknown =>
  record({
    at,
    request,
    place: 'thief',
    identity: roleIdentity(runner, runnerKey),
    event: { sourceIPAddress: `192.0.2.${n}` },
  })

/** A call with the long-lived key of a user. */
export const longLived = (request: string, at = 60): unknown =>
  record({ at, request, identity: userIdentity('invoice-agent', userKey) })

export function consoleUse(request: string, at: number, place: Place = 'home'): unknown {
  const event = { sessionCredentialFromConsole: 'true' }
  return record({ at, request, place, event, identity: roleIdentity(runner, runnerKey) })
}

export function instanceUse(request: string, at: number, place: Place = 'home'): unknown {
  const arn = `arn:aws:sts::${account}:assumed-role/web/i-0fa1b2c3d4e5f6a7b`
  return record({
    at,
    request,
    place,
    identity: roleIdentity(arn, 'ASIAEXAMPLEINSTANCE1', 0, { ec2RoleDelivery: '2.0' }),
  })
}

/** Any record of the account, from which declared coverage begins. */
export const elsewhere = (at: number): unknown =>
  record({ at, request: `elsewhere${at}`, identity: userIdentity('ops', 'AKIAEXAMPLEOPERATOR1') })

const assumed = (
  role: string,
  session: string,
  key: string,
  expires: number,
  tags: object[] = [],
) => ({
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  requestParameters: {
    roleArn: `arn:aws:iam::${account}:role/${role}`,
    roleSessionName: session,
    ...(tags.length > 0 && { tags }),
  },
  responseElements: {
    credentials: { accessKeyId: key, expiration: iso(expires) },
    assumedRoleUser: { arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}` },
  },
})

/** The record that made the runner's session key, with its end; `role` may be another than the one that uses it. */
export const issueRecord = (expires: number, role = 'agent-runner'): unknown =>
  record({
    at: 0,
    request: `issue ${role}`,
    identity: userIdentity('orchestrator', 'AKIAEXAMPLEBROKER001'),
    event: assumed(role, 'run', runnerKey, expires),
  })

/** The runner's session mints a child and writes a task on it. */
export const mint = (tagged: string): unknown =>
  record({
    at: 100,
    request: 'mint',
    identity: roleIdentity(runner, runnerKey),
    event: assumed('helper', 'step', childKey, 3700, [{ key: 'task_id', value: tagged }]),
  })

/** The child is used. */
export const minted = (): unknown =>
  record({
    at: 130,
    request: 'child',
    identity: roleIdentity(`arn:aws:sts::${account}:assumed-role/helper/step`, childKey, 100),
  })

const activity = (kind: string, id: string, at: number, more: object): unknown => ({
  kind,
  id: `${kind} ${id}`,
  time: iso(at),
  ...more,
})

export const task = (name: string, agent = 'agent-1'): unknown[] => [
  activity('task.started', name, 0, { task: name, agent }),
]
export const subTask = (name: string, parent: string): unknown =>
  activity('task.started', name, 0, { task: name, agent: 'agent-1', parent })
export const ended = (name: string, at: number): unknown =>
  activity('task.ended', name, at, { task: name })
export const lease = (name: string, from?: string): unknown =>
  activity('credential.issued', `${name} ${from ?? ''}`, 1, {
    task: name,
    agent: 'agent-1',
    issuer: 'broker',
    credential: runnerKey,
    ...(from && { delegatedFrom: from }),
  })
/** A task's tool call names a request and, if `named`, the runner's key. */
export const reports = (name: string, request: string, named = false, agent = 'agent-1'): unknown =>
  activity('tool.called', `${name} ${request}`, 61, {
    task: name,
    agent,
    tool: 'list',
    requestIds: [request],
    ...(named && { credential: runnerKey }),
  })
export const registered = (agent: string): unknown =>
  activity('agent.registered', agent, 0, {
    agent,
    principals: [`arn:aws:iam::${account}:role/agent-runner`],
  })
export const registeredUser = (agent: string): unknown =>
  activity('agent.registered', `${agent} user`, 0, {
    agent,
    principals: [`arn:aws:iam::${account}:user/invoice-agent`],
  })
