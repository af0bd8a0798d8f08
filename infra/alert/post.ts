import { lookup as systemLookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { mayReach, reachOf, type Allowed } from './addresses.ts'

export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

export type PostOptions = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly allow: Allowed
  /** Of everything together, ms. */
  readonly withinMs?: number
  readonly resolve?: Resolve
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
}

/** A request that was not made, or not answered. The words name the host, never the whole address. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/** How long one attempt may take, ms. */
const timeout = 10_000
/** Bytes of an answer that are read; nothing of it is used. */
const answerMax = 64 * 1024

const resolveBySystem: Resolve = (host) => systemLookup(host, { all: true })

/**
 * One POST, made so that whoever chose the address cannot use us to reach our own network: the name is resolved once, every
 * address of it must be allowed, and the connection goes to that address and no other. Redirects are answers like any other.
 * https always, but to the machine itself where that is allowed.
 *
 * @throws Unanswered
 */
export async function post(options: PostOptions): Promise<Answer> {
  const { url, withinMs = timeout } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const late = AbortSignal.timeout(withinMs)
  const address = await addressOf(host, options, late)
  const isPlain = url.protocol === 'http:'
  if (isPlain && reachOf(address.address) !== 'loopback')
    throw new Unanswered(`${host}: http is allowed to this machine only, use https`)
  return await answered(url, host, address, { ...options, late })
}

type Address = { readonly address: string; readonly family: number }

async function addressOf(
  host: string,
  { allow, resolve = resolveBySystem }: PostOptions,
  late: AbortSignal,
): Promise<Address> {
  const family = isIP(host)
  const found = family > 0 ? [{ address: host, family }] : await resolved(host, resolve, late)
  const refused = found.find(({ address }) => !mayReach(address, allow))
  if (refused)
    throw new Unanswered(
      `${host}: is at ${refused.address}, a network that is not allowed (${reachOf(refused.address)})`,
    )
  const [first] = found
  if (!first) throw new Unanswered(`${host}: has no address`)
  return first
}

async function resolved(
  host: string,
  resolve: Resolve,
  late: AbortSignal,
): Promise<readonly Address[]> {
  const isLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () =>
      reject(new Unanswered(`${host}: was not resolved in time`)),
    )
  })
  try {
    return await Promise.race([resolve(host), isLate])
  } catch (cause) {
    if (cause instanceof Unanswered) throw cause
    throw new Unanswered(`${host}: ${codeOf(cause)}`, { cause })
  }
}

async function answered(
  url: URL,
  host: string,
  { address, family }: Address,
  { headers, body, late }: PostOptions & { readonly late: AbortSignal },
): Promise<Answer> {
  // Whatever name is asked for, it is this address: nobody resolves it a second time.
  const pinned: LookupFunction = (_, { all }, give) =>
    all ? give(null, [{ address, family }]) : give(null, address, family)
  const bytes = Buffer.from(body)
  const options: RequestOptions = {
    method: 'POST',
    lookup: pinned,
    // A connection of its own: none is used again for another name.
    agent: false,
    signal: late,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'keytrail',
      ...headers,
      'content-length': String(bytes.length),
    },
  }
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest
  return await new Promise<Answer>((resolve, reject) => {
    const sending = make(url, options, (incoming) => {
      const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers }
      let read = 0
      // The status is all that counts: an answer without end does not make the attempt fail.
      const done = (): void => {
        incoming.destroy()
        resolve(answer)
      }
      incoming.on('data', ({ length }: Buffer) => {
        read += length
        if (read > answerMax) done()
      })
      incoming.on('end', done)
      incoming.on('error', done)
    })
    sending.on('error', (cause) => {
      const why = late.aborted ? 'did not answer in time' : codeOf(cause)
      reject(new Unanswered(`${host}: ${why}`, { cause }))
    })
    sending.end(bytes)
  })
}

/** `ECONNREFUSED` and the like; the message of an error may hold the address. */
const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : 'cannot be reached'
