import type { ErrorClass } from '#shared/messages/use.ts'
import type { Fields } from './fields.ts'
import type { Identity } from './principal.ts'

/** What the readers of rare traits see of one record. Made only when there is such a reader. */
export type Call = Pick<Identity, 'principal' | 'identity'> & {
  readonly service: string
  /** eventName without the API version that Lambda and CloudFront append. */
  readonly action: string
  /** Account in which it happened. */
  readonly account: string
  readonly params: Fields
  readonly response: Fields
  readonly extra: Fields
  readonly user: Fields
  readonly error: ErrorClass
  readonly message: string
  readonly record: Fields
  readonly trusted: ReadonlySet<string>
}
