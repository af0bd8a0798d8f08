import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Transient, Unusable } from '#shared/errors.ts'
import type { Answer, Head, Listening, ListenOptions, Opened } from '#shared/ports/http.ts'
import { readBody, shareOf, Unread, type Room } from './body.ts'

export type ServerOptions = ListenOptions & {
  readonly limits?: Partial<ServerLimits>
  readonly now?: () => number
}

export type ServerLimits = typeof defaults

/** What one listener bears. Slow and idle clients are cut off by Node's own timers. */
const defaults = {
  /** Bytes of a request line and its headers. */
  headBytes: 16 * 1024,
  /** Time for the head, and for head and body together, ms. */
  headMs: 10_000,
  requestMs: 60_000,
  /** How long an idle connection is kept, ms; longer than the pauses of batching exporters. */
  idleMs: 65_000,
  connections: 1024,
  /** Bytes of all bodies in hand at once. */
  bodyBytes: 256 * 1024 * 1024,
  /** How often the timers look, ms. */
  checkMs: 1000,
}

/** How long a refused sender may go on sending before it is cut off, ms: time to read the answer. */
const lingerMs = 1000
/** How long answers that are under way may take when the listener closes, ms. */
const closeMs = 5000

/** Serves a site with Node's own HTTP server. */
export async function listen(options: ServerOptions): Promise<Listening> {
  const limits = { ...defaults, ...options.limits }
  const server = makeServer(options, limits)
  const room: Room = { taken: 0, bytes: limits.bodyBytes }
  const serve = (request: IncomingMessage, response: ServerResponse, waits: boolean): void => {
    // Whatever goes wrong with one request is told to its sender and to the log, and ends there.
    answer(options, room, { request, response, waits }).catch((error: unknown) =>
      options.log.error('an HTTP request could not be answered', { error }),
    )
  }
  server.on('request', (request, response) => serve(request, response, false))
  server.on('checkContinue', (request, response) => serve(request, response, true))
  server.maxConnections = limits.connections
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(unusable(options, cause)))
    server.listen(options.port, options.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return { port, close: async () => await close(server) }
}

function makeServer({ tls, host, port }: ServerOptions, limits: ServerLimits): Server {
  const settings = {
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: limits.checkMs,
  }
  if (!tls) return createServer(settings)
  try {
    return createTlsServer({ ...settings, ...tls, minVersion: 'TLSv1.2' })
  } catch {
    throw new Unusable(`${host}:${port}: certificate and key cannot be used together; both are PEM`)
  }
}

function unusable(
  { host, port }: ServerOptions,
  { code, message }: NodeJS.ErrnoException,
): Unusable {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there already',
    EACCES: 'this user may not listen there; ports below 1024 need rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'no such host is known',
  }
  return new Unusable(`cannot listen on ${host}:${port}: ${why[code ?? ''] ?? message}`)
}

async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), closeMs)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(cut)
}

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Whether the sender holds the body back until it is told to go on. */
  readonly waits: boolean
}

async function answer(options: ServerOptions, room: Room, exchange: Exchange): Promise<void> {
  const { request } = exchange
  let opened: Answer | Opened
  try {
    opened = options.site(headOf(request, (options.now ?? Date.now)()))
  } catch (error) {
    send(exchange, faultOf(error))
    throw error
  }
  if ('status' in opened) return send(exchange, opened)
  if (exchange.waits) exchange.response.writeContinue()
  const share = shareOf(room)
  try {
    const body = await readBody(request, opened.maxBytes, share)
    send(exchange, await opened.take(body))
  } catch (error) {
    // A sender that went away needs no answer.
    if (request.destroyed && !request.complete) return
    send(exchange, refusal(opened, error))
    if (!(error instanceof Unread)) throw error
  } finally {
    share.release()
  }
}

/** For a request of which nobody knows yet in which form its answers are. */
const faultOf = (error: unknown): Answer => ({
  headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' },
  ...(error instanceof Transient
    ? { status: 503, body: 'keytrail cannot look that up at the moment\n' }
    : { status: 500, body: 'this is a fault of keytrail; its log says more\n' }),
})

const refusal = (opened: Opened, error: unknown): Answer =>
  error instanceof Unread
    ? opened.refuse(error.status, error.message, error.headers)
    : opened.refuse(500, 'this is a fault of keytrail; its log says more')

function headOf(request: IncomingMessage, received: number): Head {
  const { method = '', url = '', socket } = request
  const [path = '', ...query] = url.split('?')
  const headers = Object.create(null) as Record<string, string | undefined>
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value[0] : value
  return {
    method,
    path,
    query: query.join('?'),
    headers,
    peer: socket.remoteAddress ?? '',
    received,
  }
}

function send({ request, response }: Exchange, { status, headers, body }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  // What is left of a body that nobody wants is not read as the next request.
  const unread = !request.complete && hasBody(request)
  response.writeHead(status, {
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    ...(unread && { connection: 'close' }),
  })
  response.end(bytes)
  if (!unread) return
  request.resume()
  setTimeout(() => request.socket.destroy(), lingerMs).unref()
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
