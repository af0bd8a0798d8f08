import type { Mark } from '#shared/facts/mark.ts'

/**
 * AWS itself says that a key is, or may be, in other hands: an event of AWS Health, service RISK (AWS Health User Guide,
 * EventBridge). It names the key and not whose it is, so it goes to whoever uses it.
 */
export type KeyExposed = Mark & {
  readonly kind: 'key.exposed'
  readonly credential: string
  readonly account: string
  /** What AWS calls it, such as `AWS_RISK_CREDENTIALS_EXPOSED`. */
  readonly code: string
}

/** The same as it meets the key's users. */
export type Exposure = Omit<KeyExposed, 'kind' | 'credential'>
