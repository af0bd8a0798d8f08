import { createRequire } from 'node:module'
import net, { isIP, type Socket } from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
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

/** Who speaks to a cluster. */
export type Client = {
  readonly kafka: kafkajs.Kafka
  /** Closes what is still open. kafkajs leaves a connection behind for a broker that went and came back, which keeps the process. */
  readonly hangUp: () => void
}

/** @param retries how often something is tried again before it is told as failed */
export function clientOf(
  { brokers, tls, sasl, log }: ClusterAccess,
  retries = retry.retries,
): Client {
  registerCodecs()
  quieten()
  const open = new Set<Socket>()
  const kafka = new kafkajs.Kafka({
    clientId: 'keytrail',
    brokers: [...brokers],
    ...timeouts,
    retry: { ...retry, retries },
    ...(tls && { ssl: tls }),
    ...(sasl && { sasl }),
    socketFactory: (to) => {
      const socket = dial(to)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    logLevel: kafkajs.logLevel.WARN,
    // What matters is told by who uses the client, in words; this is for who looks closer.
    logCreator:
      () =>
      ({ namespace, log: entry }) =>
        log.debug(`kafkajs: ${entry.message}`, { part: namespace }),
  })
  return {
    kafka,
    hangUp: () => {
      for (const socket of open) socket.destroy()
    },
  }
}

/** How often a connection that says nothing is looked after by the system, ms. */
const keepAliveMs = 60_000

function dial({ host, port, ssl, onConnect }: kafkajs.ISocketFactoryArgs): Socket {
  // A certificate names a host, never an address (RFC 6066 §3).
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket =
    ssl === undefined || ssl === null
      ? net.connect({ host, port }, onConnect)
      : tls.connect({ host, port, ...named, ...ssl }, onConnect)
  return socket.setKeepAlive(true, keepAliveMs)
}

type Queue = {
  pending: readonly unknown[]
  throttledUntil: number
  requestTimeoutIntervalId?: NodeJS.Timeout | null
  scheduleCheckPendingRequests: (this: Queue) => void
  scheduleRequestTimeoutCheck: (this: Queue) => void
}

let isQuiet = false

/**
 * kafkajs 2.2.4 sets a timer to a negative time after each request, which Node 24 warns of (tulios/kafkajs#1751); where nothing
 * waits there is nothing to check either. And the watch over requests that take too long is never taken off a connection whose
 * broker went while requests waited: it shall not keep the process.
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
  const watch = prototype.scheduleRequestTimeoutCheck
  prototype.scheduleRequestTimeoutCheck = function watched(this: Queue): void {
    watch.call(this)
    this.requestTimeoutIntervalId?.unref()
  }
}
