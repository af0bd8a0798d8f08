import { createHash } from 'node:crypto'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Pointer } from '#shared/messages/record.ts'
import { limits } from './limits.ts'

/** Makes a dead letter. `text` is what was read, or as much of it as is in hand; secrets are taken out here. */
export function deadLetter(
  pointer: Pointer,
  reason: string,
  field: string,
  text: string,
): DeadLetter {
  const { source, offset, within = '' } = pointer
  const id = createHash('sha256')
    .update(`${source}\0${offset}\0${within}\0${field}\0`)
    .update(text)
    .digest('hex')
    .slice(0, 24)
  const letter = { id, reason, field, source, offset }
  return text === '' ? letter : { ...letter, text: withoutSecrets(text) }
}

/** Names of fields that hold secrets, in any case. */
const secret =
  'sessionToken|secretAccessKey|secretKey|password|privateKey|secretString|secretBinary|clientSecret|accessToken|refreshToken|idToken|signinToken|webIdentityToken|SAMLAssertion|x-amz-security-token|authorization|apiKey|token'

/** Linear: each pattern is a fixed word and one class of characters that cannot match its own end. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // "sessionToken": "…" in JSON
  [
    new RegExp(`("[\\w-]{0,32}(?:${secret})"\\s{0,8}:\\s{0,8}")(?:[^"\\\\]|\\\\[^])*`, 'gi'),
    '$1[redacted]',
  ],
  // \"sessionToken\":\"…\" in JSON text inside JSON, at any depth
  [
    new RegExp(`((?:${secret})\\\\{1,64}"\\s{0,8}:\\s{0,8}\\\\{1,64}")[^"\\\\]*`, 'gi'),
    '$1[redacted]',
  ],
  // sessiontoken=… in structs that are printed as text
  [new RegExp(`((?:${secret})\\s{0,8}=\\s{0,8})[^\\s,;&}"]+`, 'gi'), '$1[redacted]'],
]

/** The text as a dead letter may keep it: bounded, and without the values of fields whose names tell of a secret. */
export function withoutSecrets(text: string): string {
  const bounded = text.slice(0, limits.keptBytes)
  return patterns.reduce((kept, [pattern, put]) => kept.replace(pattern, put), bounded)
}
