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
  'sessionToken|secretAccessKey|secretKey|password|privateKey|secretString|secretBinary|clientSecret|accessToken|refreshToken|idToken|signinToken|webIdentityToken|SAMLAssertion|x-amz-security-token|authorization|apiKey|token|secret'

/** Names of fields that hold what people and models said to each other: nobody needs it to see why a record was refused. */
const spoken =
  'prompt|arguments|completion|messages|instructions|content|input|output|result|userData|commands'

/** How secrets begin that stand where a public id belongs (session tokens, JWTs, keys and tokens of services). */
const beginning =
  'IQoJ|FwoG|FQoG|eyJ|Bearer |Basic |-----BEGIN|sk[-_]|gh[opsu]_|github_pat_|glpat-|xox[bp]-'

const text = '(?:[^"\\\\]|\\\\[^])*'

/** Linear: each pattern is a fixed word and one class of characters that cannot match its own end. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // "sessionToken": "…" in JSON
  [
    new RegExp(`("[\\w.-]{0,48}(?:${secret}|${spoken})"\\s{0,8}:\\s{0,8}")${text}`, 'gi'),
    '$1[redacted]',
  ],
  // {"key":"gen_ai.input.messages","value":{"stringValue":"…"}} in OTLP/JSON
  [
    new RegExp(
      `("key"\\s{0,8}:\\s{0,8}"[\\w.-]{0,48}(?:${secret}|${spoken})"\\s{0,8},\\s{0,8}"value"\\s{0,8}:\\s{0,8}\\{\\s{0,8}"stringValue"\\s{0,8}:\\s{0,8}")${text}`,
      'gi',
    ),
    '$1[redacted]',
  ],
  [new RegExp(`"(?:${beginning})${text}`, 'g'), '"[redacted]'],
  // An AWS secret access key: forty signs of base64, and no digest in hex.
  [/"(?![0-9a-f]{40}")[A-Za-z0-9+/]{40}"/g, '"[redacted]"'],
  // \"sessionToken\":\"…\" in JSON text inside JSON, at any depth
  [
    new RegExp(`((?:${secret})\\\\{1,64}"\\s{0,8}:\\s{0,8}\\\\{1,64}")[^"\\\\]*`, 'gi'),
    '$1[redacted]',
  ],
  // sessiontoken=… in structs that are printed as text
  [new RegExp(`((?:${secret})\\s{0,8}=\\s{0,8})[^\\s,;&}"]+`, 'gi'), '$1[redacted]'],
]

/** The text as a dead letter may keep it: bounded, and without what looks like a secret, by name or by form, or like a conversation. */
export function withoutSecrets(text: string): string {
  const bounded = text.slice(0, limits.keptBytes)
  return patterns.reduce((kept, [pattern, put]) => kept.replace(pattern, put), bounded)
}
