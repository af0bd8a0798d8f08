import type { Answer, Params } from './call.ts'

/** What a client sent in one of the two protocols. */
export type Sent = {
  readonly protocol: 'query' | 'json'
  readonly service: string
  readonly region: string
  readonly key: string
  readonly token: string | undefined
  readonly action: string
  readonly params: Params
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Reads a signed request of IAM, STS (AWS query protocol) or CloudTrail (AWS JSON 1.1); undefined if it is none. */
export function readSent(headers: Headers, body: string): Sent | undefined {
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    String(headers['authorization'] ?? ''),
  )
  if (!scope) return undefined
  const [, key = '', region = '', service = ''] = scope
  const token = headers['x-amz-security-token']
  const common = { key, region, service, token: typeof token === 'string' ? token : undefined }
  const target = headers['x-amz-target']
  if (typeof target === 'string') {
    const action = target.slice(target.lastIndexOf('.') + 1)
    const params = body === '' ? {} : (JSON.parse(body) as Params)
    return { ...common, protocol: 'json', action, params }
  }
  const { Action: action, Version: _, ...params } = readQuery(body)
  return { ...common, protocol: 'query', action: String(action), params }
}

/** `Tags.member.1.Key=a` → `{ Tags: [{ Key: 'a' }] }`. */
export function readQuery(body: string): Params {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [path, value] of new URLSearchParams(body)) {
    const names = path.split('.').filter((name) => name !== 'member')
    let at = root
    for (const name of names.slice(0, -1)) {
      at[name] ??= Object.create(null)
      at = at[name] as Record<string, unknown>
    }
    at[names.at(-1) ?? ''] = /^DurationSeconds$/.test(path) ? Number(value) : value
  }
  return lists(root) as Params
}

function lists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name)))
    return entries.map(([, inner]) => lists(inner))
  return Object.fromEntries(entries.map(([name, inner]) => [name, lists(inner)]))
}

export type Wire = { readonly status: number; readonly type: string; readonly body: string }

export function writeAnswer(answer: Answer, { protocol, action, service }: Sent): Wire {
  return protocol === 'json' ? asJson(answer) : asXml(answer, action, service)
}

function asJson(answer: Answer): Wire {
  const type = 'application/x-amz-json-1.1'
  if (answer.ok) return { status: 200, type, body: JSON.stringify(answer.data) }
  const code = answer.code === 'AccessDenied' ? 'AccessDeniedException' : answer.code
  const body = JSON.stringify({ __type: code, message: answer.message })
  return { status: answer.status === 403 ? 400 : answer.status, type, body }
}

const namespaces: Readonly<Record<string, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
}

function asXml(answer: Answer, action: string, service: string): Wire {
  const type = 'text/xml'
  const space = namespaces[service] ?? ''
  if (!answer.ok) {
    const error = { Type: 'Sender', Code: answer.code, Message: answer.message }
    const inner = `<Error>${xml(error)}</Error><RequestId>${answer.requestId}</RequestId>`
    const body = `<ErrorResponse xmlns="${space}">${inner}</ErrorResponse>`
    return { status: answer.status, type, body }
  }
  const result = `<${action}Result>${xml(answer.data)}</${action}Result>`
  const meta = `<ResponseMetadata><RequestId>${answer.requestId}</RequestId></ResponseMetadata>`
  const body = `<${action}Response xmlns="${space}">${result}${meta}</${action}Response>`
  return { status: 200, type, body }
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${xml(item)}</member>`).join('')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
      .join('')
  return escaped(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => entities[c] ?? c)
