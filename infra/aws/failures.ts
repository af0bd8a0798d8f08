import { Transient } from '#shared/errors.ts'
import { Refused, type Refusal } from '#shared/ports/actuator.ts'

type Failure = {
  readonly name?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** Codes after which the same call may succeed (IAM and STS API References, "common errors"; Smithy, "retryable"). */
const passing =
  /^(?:Throttl|RequestLimitExceeded|TooManyRequests|ServiceUnavailable|ServiceFailure|InternalFailure|InternalError|ConcurrentModification|EntityTemporarilyUnmodifiable|RequestTimeout|ExpiredToken|RequestExpired|RequestThrottled|SlowDown)/

/** Code → what it means for an order, and what to do. */
const refusals: readonly (readonly [RegExp, Refusal, string])[] = [
  [/^NoSuchEntity/, 'absent', 'it does not exist (any more)'],
  [/^AccessDenied/, 'no-permission', 'add the permission to our role, see docs/connect-aws.md'],
  [
    /^(?:InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|MissingAuthenticationToken|IncompleteSignature|CredentialsProviderError|TokenProviderError|OptInRequired)/,
    'no-permission',
    'our own credentials are missing or not valid',
  ],
  [/^LimitExceeded/, 'no-room', 'its policies would exceed the limit of IAM'],
  [/^UnmodifiableEntity/, 'unmodifiable', 'AWS lets nobody change it'],
]

/** What a failed call means: `Transient` or `Refused`, saying what was being done. */
export function meaningOf(thrown: unknown, doing: string): Error {
  if (thrown instanceof Refused || thrown instanceof Transient) return thrown
  const { name = '', message = '', $metadata } = thrown as Failure
  const known = refusals.find(([code]) => code.test(name))
  if (known)
    return new Refused(known[1], `${doing}: ${known[2]} (${name}: ${message})`, { cause: thrown })
  const status = $metadata?.httpStatusCode
  // No status, or one that says nothing: the connection broke, and the change may have happened.
  if (passing.test(name) || status === undefined || status < 400 || status >= 500 || status === 429)
    return new Transient(doing, { cause: thrown })
  return new Refused('invalid', `${doing}: AWS refuses it (${name}: ${message})`, { cause: thrown })
}

/** The call, its failure told by what follows from it. */
export async function told<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw meaningOf(error, doing)
  }
}

/** The same, and undefined where what is asked for does not exist. */
export async function ifThere<T>(doing: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await told(doing, call)
  } catch (error) {
    if (error instanceof Refused && error.because === 'absent') return undefined
    throw error
  }
}
