import { GetObjectCommand, type S3Client, type S3ServiceException } from '@aws-sdk/client-s3'
import { Transient } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Buckets, Fetched, ObjectPlace } from '#shared/ports/queue.ts'
import { Unreadable } from '#shared/ports/sources.ts'
import { s3Client } from './clients.ts'

/** Buckets of S3. @throws Unusable for an endpoint that is not AWS's, unless the access allows it */
export function s3Buckets(
  access: AwsAccess,
  region: string,
): Buckets & { readonly close: () => void } {
  const client = s3Client(access, region)
  return {
    fetch: async (place) => await fetch(client, place),
    close: () => client.destroy(),
  }
}

async function fetch(client: S3Client, place: ObjectPlace): Promise<Fetched> {
  const { bucket: Bucket, key: Key, version } = place
  const name = `s3://${Bucket}/${Key}`
  try {
    const asked = { Bucket, Key, ...(version !== undefined && { VersionId: version }) }
    const { Body, ContentLength = 0, LastModified } = await client.send(new GetObjectCommand(asked))
    if (!Body) return { as: 'gone', why: 'the object has no content' }
    const source = {
      name,
      size: ContentLength,
      ...(LastModified && { changed: LastModified.getTime() }),
      open: () => bytesOf(Body as AsyncIterable<Uint8Array>),
    }
    return { as: 'found', source }
  } catch (cause) {
    const { name: code, $metadata } = cause as S3ServiceException
    const why = whyGone(code, $metadata?.httpStatusCode)
    if (why !== undefined) return { as: 'gone', why }
    throw new Transient(`reading ${name}${adviceFor(code)}`, { cause })
  }
}

/** The stream breaks in our words. */
async function* bytesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw new Unreadable(cause instanceof Error ? cause.message : 'the connection broke', { cause })
  }
}

/** Codes after which nothing will come (S3 API Reference, "List of error codes"). */
const goneFor: readonly (readonly [RegExp, string])[] = [
  [/^(?:NoSuchKey|NoSuchVersion|NotFound)$/, 'the object is not there (any more)'],
  [/^NoSuchBucket$/, 'the bucket is not there (any more)'],
  [/^InvalidObjectState$/, 'the object is archived and cannot be read'],
]

/** Refusals that pass, or that a person must repair: permissions, credentials, clocks, regions, and too many calls. */
const repairable =
  /AccessDenied|Forbidden|Throttl|SlowDown|TooMany|LimitExceeded|Timeout|Conflict|OperationAborted|Token|AccessKey|Signature|Credentials|Authorization|Account|NotSignedUp|OptIn|TimeTooSkewed|Expired|KMS|Redirect|Region|Endpoint/i
const passingStatus: readonly number[] = [401, 403, 408, 409, 425, 429]

/** Why nothing will come; undefined if it may. Exported for its test: no server that we can have gives all of these. */
export function whyGone(code: string, status: number | undefined): string | undefined {
  const known = goneFor.find(([form]) => form.test(code))?.[1]
  if (known !== undefined) return known
  if (status === undefined || status < 400 || status >= 500) return undefined
  if (passingStatus.includes(status) || repairable.test(code)) return undefined
  return `S3 refuses it for good: ${/^\w{1,64}$/.test(code) ? code : 'without a code'}`
}

function adviceFor(code: string): string {
  if (/^(?:AccessDenied|Forbidden)/.test(code))
    return ' (the reader role needs s3:GetObject on it, and kms:Decrypt where it is encrypted by a key of yours; without s3:ListBucket AWS says the same of what is not there; see docs/connect-aws.md)'
  return ''
}
