import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Answer, Request } from './call.ts'
import type { Chance } from './chance.ts'
import { perform, type Cloud } from './perform.ts'
import { readSent, writeAnswer, type Sent } from './wire.ts'

export type Mishap = 'throttled' | 'answer-lost' | 'unavailable'

export type Mishaps = {
  /** Share of calls to which each happens, 0 to 1. */
  readonly shares: Readonly<Partial<Record<Mishap, number>>>
  /** What happens to the next calls that change something, in this order. */
  readonly next: Mishap[]
}

const refusals: Readonly<Record<Exclude<Mishap, 'answer-lost'>, Omit<Refused, 'requestId'>>> = {
  throttled: { ok: false, code: 'Throttling', message: 'Rate exceeded', status: 400 },
  unavailable: { ok: false, code: 'ServiceUnavailable', message: 'Try again', status: 503 },
}
type Refused = Extract<Answer, { ok: false }>

/** The HTTP door of the cloud on a free port of the loopback. */
export async function serveCloud(cloud: Cloud, chance: Chance, mishaps: Mishaps) {
  const server = createServer((request, response) => {
    answer(cloud, chance, mishaps, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  cloud: Cloud,
  chance: Chance,
  mishaps: Mishaps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sent = readSent(request.headers, await text(request))
  if (!sent) {
    response.writeHead(403).end('unsigned')
    return
  }
  const mishap = mishapOf(mishaps, chance, sent)
  const requestId = mishap === undefined ? '' : chance.uuid()
  const done: Answer =
    mishap === 'throttled' || mishap === 'unavailable'
      ? { ...refusals[mishap], requestId }
      : perform(cloud, requestOf(cloud, sent, request))
  if (mishap === 'answer-lost') {
    request.socket.destroy()
    return
  }
  const { status, type, body } = writeAnswer(done, sent)
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': done.requestId }).end(body)
}

const changes = (action: string): boolean => !/^(?:Get|List|Lookup)/.test(action)

function mishapOf({ next, shares }: Mishaps, chance: Chance, sent: Sent): Mishap | undefined {
  if (next.length > 0 && changes(sent.action)) return next.shift()
  for (const [mishap, share] of Object.entries(shares) as [Mishap, number][])
    if (chance.happens(share)) return mishap
  return undefined
}

/** Signatures are not computed anew here: who knows a key's id over HTTP is taken for its holder. Tokens are compared. */
function requestOf(cloud: Cloud, sent: Sent, request: IncomingMessage): Request {
  const { key, token, service, action, params, region } = sent
  const secret = cloud.credentials.get(key)?.secret ?? ''
  const userAgent = request.headers['user-agent']
  return {
    credential: { key, secret, ...(token !== undefined && { token }) },
    service,
    action,
    params,
    region,
    address: '127.0.0.1',
    ...(userAgent !== undefined && { userAgent }),
  }
}
