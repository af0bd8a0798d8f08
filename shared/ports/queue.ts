import type { ByteSource } from './sources.ts'

/** A message that a queue has given us, hidden from others for a while. */
export type QueuedMessage = {
  readonly id: string
  /** Names this giving of it, not the message: another one has another. */
  readonly receipt: string
  readonly body: string
  /** How often it was given to somebody, this time included. */
  readonly times: number
  /** When it was sent to the queue, epoch ms, where the queue says it. */
  readonly sent?: number
}

/** A queue that gives each message at least once, in no order, and again unless it is removed. */
export type Queue = {
  /**
   * Waits some seconds for messages; at most ten, hidden so long.
   * @throws Transient in words where there is no answer, or a refusal that a person must do something about
   */
  readonly receive: (hideSeconds: number) => Promise<readonly QueuedMessage[]>
  /** Hides a message so long from now on; false if it was given to somebody else meanwhile, or removed. @throws Transient */
  readonly hide: (message: QueuedMessage, seconds: number) => Promise<boolean>
  /** Gone for good; also if it is already. @throws Transient */
  readonly remove: (message: QueuedMessage) => Promise<void>
  /** About how many wait to be given, and how many are hidden since somebody has them. @throws Transient */
  readonly counts: () => Promise<{ readonly waiting: number; readonly inHand: number }>
}

/** Where an object lies. */
export type ObjectPlace = {
  readonly bucket: string
  readonly key: string
  readonly version?: string
}

export type Fetched =
  /** Its bytes can be read once. */
  | { readonly as: 'found'; readonly source: ByteSource }
  /** It will not come: trying again changes nothing. `why` is in our own words. */
  | { readonly as: 'gone'; readonly why: string }

/** Buckets of objects. */
export type Buckets = {
  /** @throws Transient in words where there is no answer, or a refusal that a person must do something about */
  readonly fetch: (place: ObjectPlace) => Promise<Fetched>
}
