import { createRequire } from 'node:module'
import type { ConnectionOptions } from 'node:tls'
import kafkajs from 'kafkajs'
import type { Log } from '#shared/ports/log.ts'
import { registerCodecs } from './codecs.ts'

/** Where a cluster is, and as whom we come. Secrets are in memory only. */
export type ClusterAccess = {
  /** `HOST:PORT` of some of its brokers. */
  readonly brokers: readonly string[]
  readonly tls?: ConnectionOptions
  readonly sasl?: kafkajs.SASLOptions
  readonly log: Log
}

/** Longest waits for a connection and for an answer, ms: kafkajs has 1 s and 30 s, of which one loses and one stalls. */
const timeouts = { connectionTimeout: 3_000, requestTimeout: 10_000 }

/**
 * How often something is tried again. kafkajs' consumer has a default of its own that beats the client's and is too short for a
 * leader that is replaced, so each gets this one.
 */
export const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 30 }

export function clientOf({ brokers, tls, sasl, log }: ClusterAccess): kafkajs.Kafka {
  registerCodecs()
  quieten()
  return new kafkajs.Kafka({
    clientId: 'keytrail',
    brokers: [...brokers],
    ...timeouts,
    retry,
    ...(tls && { ssl: tls }),
    ...(sasl && { sasl }),
    logLevel: kafkajs.logLevel.WARN,
    // What matters is told by who uses the client, in words; this is for who looks closer.
    logCreator:
      () =>
      ({ namespace, log: entry }) =>
        log.debug(`kafkajs: ${entry.message}`, { part: namespace }),
  })
}

type Queue = {
  pending: readonly unknown[]
  throttledUntil: number
  scheduleCheckPendingRequests: (this: Queue) => void
}

let isQuiet = false

/**
 * kafkajs 2.2.4 sets a timer to a negative time after each request, which Node 24 warns of (tulios/kafkajs#1751); where nothing
 * waits there is nothing to check either.
 */
function quieten(): void {
  if (isQuiet) return
  isQuiet = true
  const load = createRequire(import.meta.url)
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: Queue }
  const check = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function checked(this: Queue): void {
    if (this.throttledUntil < 0) this.throttledUntil = 0
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) check.call(this)
  }
}
