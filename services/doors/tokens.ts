import { createHash, timingSafeEqual } from 'node:crypto'
import type { SourceRow } from '#shared/ports/source-store.ts'

/** Bytes of chance in a token. */
export const tokenBytes = 32

/** Tells our tokens from others, for people and for secret scanners. */
const prefix = 'ktr_'

/** The token that is shown once, from 32 bytes of chance. */
export const tokenFrom = (chance: Uint8Array): string =>
  `${prefix}${Buffer.from(chance).toString('base64url')}`

/**
 * What is stored of a token. A plain SHA-256 serves: slow hashes and keys protect secrets that can be guessed, and nobody
 * guesses 256 bits of chance.
 */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Longer headers hold no token of ours. */
const longestHeader = 256

/**
 * The source whose token an `Authorization: Bearer …` header carries (RFC 6750 §2.1). Hashes are compared in constant time,
 * and all of them always: how long it takes tells nothing.
 */
export function sourceOf(
  rows: readonly SourceRow[],
  header: string | undefined,
): SourceRow | undefined {
  const token =
    header !== undefined && header.length <= longestHeader
      ? /^Bearer +(\S+)$/i.exec(header)?.[1]
      : undefined
  if (token === undefined) return undefined
  const hash = Buffer.from(hashOf(token), 'hex')
  let found: SourceRow | undefined
  for (const row of rows)
    for (const known of row.hashes) {
      const bytes = Buffer.from(known, 'hex')
      if (bytes.length === hash.length && timingSafeEqual(bytes, hash)) found = row
    }
  return found
}
