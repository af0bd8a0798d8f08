import { hash32 } from '#shared/facts/hash.ts'
import type { Delivery } from '#shared/ports/outbox.ts'
import type { Sent } from '#shared/ports/sender.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** How long to wait after the first, second, … failed attempt; after the last one it is given up, about three days on. */
const delays = [
  1 * second,
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  16 * hour,
  24 * hour,
] as const

/** The longest that a receiver may put us off, ms. */
const putOffMax = 6 * hour

/** How often one delivery is tried. */
export const attemptsMax = delays.length + 1

/** What follows from an attempt. */
export type Next =
  | { readonly as: 'delivered' }
  | { readonly as: 'failed'; readonly why: string; readonly due: number }
  | { readonly as: 'dead'; readonly why: string }

/**
 * Pure: the jitter, up to a fifth of the delay, comes from the name of the delivery, so that those which failed together do
 * not all come back together.
 */
export function afterAttempt(delivery: Delivery, sent: Sent, now: number): Next {
  if (sent.as === 'delivered') return sent
  if (sent.as === 'refused') return { as: 'dead', why: sent.why }
  const delay = delays[delivery.attempts]
  if (delay === undefined) return { as: 'dead', why: `${attemptsMax} attempts: ${sent.why}` }
  const { id, to, attempts } = delivery
  const share = hash32(`${to}\n${id}\n${attempts}`) / 2 ** 32
  const asked = Math.min(sent.afterMs ?? 0, putOffMax)
  return {
    as: 'failed',
    why: sent.why,
    due: now + Math.max(asked, Math.round(delay * (1 + share / 5))),
  }
}
