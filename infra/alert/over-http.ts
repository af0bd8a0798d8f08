import type { Delivery } from '#shared/ports/outbox.ts'
import type { Sender, Sent } from '#shared/ports/sender.ts'
import type { Allowed } from './addresses.ts'
import { post, Unanswered, type Answer, type Resolve } from './post.ts'

export type HttpSenderOptions = {
  readonly url: URL
  readonly allow: Allowed
  readonly headers?: (delivery: Delivery) => Readonly<Record<string, string>>
  readonly body?: (delivery: Delivery) => string
  readonly resolve?: Resolve
  /** For the date in `Retry-After`, epoch ms. */
  readonly now: () => number
}

/** Requests to one destination at a time. */
const width = 4

/** Sends each delivery as one POST, and says from the status whether it is worth another try. */
export function httpSender(options: HttpSenderOptions): Sender {
  const { url, allow, headers, body, resolve, now } = options
  return {
    width,
    async send(delivery) {
      try {
        const answer = await post({
          url,
          allow,
          headers: headers?.(delivery) ?? {},
          body: body?.(delivery) ?? delivery.body,
          ...(resolve && { resolve }),
        })
        return sentBy(answer, url.hostname, now())
      } catch (thrown) {
        if (!(thrown instanceof Unanswered)) throw thrown
        return { as: 'later', why: thrown.message }
      }
    },
  }
}

/** What a receiver says about the body itself, so that the same body will not do later either. */
const hopeless: ReadonlySet<number> = new Set([400, 405, 410, 411, 413, 414, 415, 422, 431, 501])

function sentBy({ status, headers }: Answer, host: string, now: number): Sent {
  if (status >= 200 && status < 300) return { as: 'delivered' }
  const why = `${host}: status ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`
  if (hopeless.has(status)) return { as: 'refused', why }
  const afterMs = retryAfter(headers['retry-after'], now)
  return { as: 'later', why, ...(afterMs !== undefined && { afterMs }) }
}

/** Seconds or a date (RFC 9110 §10.2.3) → ms from now; undefined if it is neither. */
function retryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
