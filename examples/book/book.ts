import { digest, home, keyId, session, uuid, type Actor, type Place } from './actors.ts'

type Fields = Readonly<Record<string, unknown>>

export type CallOptions = {
  readonly params?: Fields
  readonly response?: Fields
  /** errorCode and errorMessage of a call that failed. */
  readonly error?: readonly [code: string, message: string]
  readonly region?: string
  /** The service that made the call on the caller's behalf. */
  readonly invokedBy?: string
  /** Account in which it happened, where it is not the caller's. */
  readonly in?: string
  readonly more?: Fields
}

export type AssumeOptions = {
  readonly account?: string
  readonly place: Place
  readonly tags?: Readonly<Record<string, string>>
  readonly sourceIdentity?: string
  /** Seconds that the session may live. */
  readonly life?: number
}

/** Writes down what happened, call by call: CloudTrail records and the reports of agents, each as AWS and they write it. */
export class Book {
  readonly records: Fields[] = []
  readonly reports: Fields[] = []
  private readonly name: string
  private readonly start: number

  /** @param start RFC 3339; all times are seconds after it */
  constructor(name: string, start = '2026-05-04T09:00:00Z') {
    this.name = name
    this.start = Date.parse(start)
  }

  time(seconds: number): string {
    return new Date(this.start + seconds * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** One API call, `s3:GetObject`; gives its requestID. */
  call(by: Actor, what: string, at: number, options: CallOptions = {}): string {
    const [service = '', action = ''] = what.split(':')
    const { params, response, error, invokedBy, region, more } = options
    const request = this.id(`request ${what} ${by.arn} ${at}`)
    this.records.push({
      eventVersion: '1.11',
      userIdentity: invokedBy === undefined ? by.identity : { ...by.identity, invokedBy },
      eventTime: this.time(at),
      eventSource: `${service}.amazonaws.com`,
      eventName: action,
      awsRegion: region ?? (global.has(service) ? 'us-east-1' : 'eu-west-1'),
      sourceIPAddress: invokedBy ?? by.place.address,
      userAgent: invokedBy ?? by.place.agent,
      ...(error && { errorCode: error[0], errorMessage: error[1] }),
      requestParameters: params ?? null,
      responseElements: response ?? null,
      requestID: request,
      eventID: this.id(`event ${what} ${by.arn} ${at}`),
      readOnly: /^(?:Get|List|Describe|Head)/.test(action),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: options.in ?? by.account,
      eventCategory: 'Management',
      ...by.more,
      ...more,
    })
    return request
  }

  /** AssumeRole; gives the new session. Across accounts AWS writes it twice, the owner's copy without the caller's key. */
  assume(by: Actor, role: string, name: string, at: number, options: AssumeOptions): Actor {
    const { account = home, place, tags = {}, sourceIdentity, life = 3600 } = options
    const key = keyId('ASIA', `${this.name} ${role} ${name} ${at}`)
    const created = this.time(at)
    const child = session(role, name, {
      account,
      key,
      created,
      place,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    })
    const shared = account === by.account ? undefined : this.id(`shared ${role} ${name} ${at}`)
    const entries = Object.entries(tags)
    const options_: CallOptions = {
      params: {
        roleArn: `arn:aws:iam::${account}:role/${role}`,
        roleSessionName: name,
        durationSeconds: life,
        ...(entries.length > 0 && { tags: entries.map(([k, value]) => ({ key: k, value })) }),
        ...(sourceIdentity !== undefined && { sourceIdentity }),
      },
      response: {
        credentials: { accessKeyId: key, expiration: this.time(at + life) },
        assumedRoleUser: {
          assumedRoleId: String(child.identity['principalId']),
          arn: child.arn,
        },
      },
      region: 'eu-west-1',
      ...(shared !== undefined && { more: { sharedEventID: shared } }),
    }
    this.call(by, 'sts:AssumeRole', at, options_)
    if (shared !== undefined) this.ownersCopy(by, account, shared)
    return child
  }

  private ownersCopy(by: Actor, account: string, shared: string): void {
    const copy = this.records.at(-1)
    this.records.push({
      ...copy,
      userIdentity: {
        type: 'AWSAccount',
        principalId: by.identity['principalId'],
        accountId: by.account,
      },
      eventID: this.id(`owner ${shared}`),
      recipientAccountId: account,
    })
  }

  /** What an agent, its orchestrator or a broker reports. */
  report(kind: string, at: number, fields: Fields): void {
    const id = this.id(`${kind} ${at} ${JSON.stringify(fields)}`)
    this.reports.push({ kind, id, time: this.time(at), ...fields })
  }

  /** An agent's tool call that made these API calls. */
  tool(agent: string, task: string, tool: string, at: number, requestIds: readonly string[]): void {
    this.report('tool.called', at, { task, agent, tool, requestIds, source: 'orchestrator' })
  }

  private id(text: string): string {
    return uuid(`${this.name} ${text} ${this.records.length}.${this.reports.length}`)
  }

  /** Everything, for the engine. */
  get all(): readonly Fields[] {
    return [...this.reports, ...this.records]
  }
}

/** Services whose records lie in us-east-1, wherever the caller is. */
const global = new Set(['iam', 'organizations', 'signin'])

/** A file name as CloudTrail gives it (User Guide, "Finding your CloudTrail log files"). */
export function trailFile(account: string, region: string, day: string, time: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  const stamp = `${year}${month}${date}T${time}Z`
  const unique = digest(`${account} ${region} ${stamp}`).slice(0, 16)
  return `AWSLogs/${account}/CloudTrail/${region}/${year}/${month}/${date}/${account}_CloudTrail_${region}_${stamp}_${unique}.json`
}
