import type { Log } from './log.ts'

/** What the doors and pages of the program mean by HTTP; infra/http speaks the protocol itself. */

/** A request before a byte of its body is read. */
export type Head = {
  readonly method: string
  /** Without the query, and still percent-encoded. */
  readonly path: string
  /** The query without its question mark; '' without one. */
  readonly query: string
  /** By name in lower case; of a repeated header the first, or as HTTP joins them. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Address of the other side of the connection. */
  readonly peer: string
  /** When its head was in, epoch ms: the door's clock. */
  readonly received: number
}

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** The head was good: now the body may come. */
export type Opened = {
  /** Most bytes of the body, as sent and as decompressed. */
  readonly maxBytes: number
  /** Answers to the whole body, decompressed. Never rejects for what a sender sent; what it throws is told as a fault. */
  readonly take: (body: Uint8Array) => Promise<Answer>
  /** Answers in the sender's encoding that the body was not taken: too large, damaged, too slow. */
  readonly refuse: (status: number, why: string, headers?: Answer['headers']) => Answer
}

/** Decides by the head alone, so that a stranger costs no more than his head. */
export type Site = (head: Head) => Answer | Opened

/** What a listener needs to serve a site on an address. */
export type ListenOptions = {
  /** Address to listen on. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly site: Site
  readonly log: Log
  /** PEM texts; without them plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export type Listening = {
  readonly port: number
  /** Stops listening; what is under way is answered. */
  readonly close: () => Promise<void>
}

/**
 * Serves a site on an address.
 * @throws Unusable if the address cannot be had or the certificate not be used
 */
export type Listen = (options: ListenOptions) => Promise<Listening>
