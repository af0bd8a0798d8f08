import { signOf } from '#shared/secret-sign.ts'
import { withoutAssigned, withoutKeys } from './formless.ts'

/** How the secrets begin that people most often send by mistake where a public id belongs. */
const beginnings = [
  'IQoJ', // AWS session token (base64 of its first bytes)
  'FwoG',
  'FQoG',
  'eyJ', // JWT: base64url of `{"`
  'Bearer ',
  'Basic ',
  '-----BEGIN',
  'sk-',
  'sk_',
  'ghp_',
  'gho_',
  'ghs_',
  'ghu_',
  'github_pat_',
  'glpat-',
  'xoxb-',
  'xoxp-',
]

const hex = /^[0-9a-f]+$/i
const base64 = /^[A-Za-z0-9+/_=-]+$/

/** Length of an AWS secret access key. */
const awsSecretLength = 40
/** Longer than the base64 of a SHA-256 (44) and of a SHA-384 (64): a token, not a fingerprint. */
const longestFingerprint = 64

/**
 * Whether a text that should be a public id looks like the secret itself. Public AWS key ids (`AKIA…`, `ASIA…`), hex digests
 * of any length and fingerprints with their algorithm (`hmac-sha256:…`) pass.
 */
export function looksLikeSecret(text: string): boolean {
  if (text.length <= 20 && (text.startsWith('AKIA') || text.startsWith('ASIA'))) return false
  if (beginnings.some((beginning) => text.startsWith(beginning))) return true
  if (text.length < awsSecretLength || hex.test(text) || !base64.test(text)) return false
  return text.length === awsSecretLength || text.length > longestFingerprint
}

/** Secrets that nobody can mistake for anything else, wherever they stand in a text. */
const tokens = new RegExp(
  [
    String.raw`\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}`,
    String.raw`\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?`, // JWT
    String.raw`\b(?:IQoJ|FwoG|FQoG)[\w+/=-]{40,}`, // session tokens of AWS
    String.raw`\b(?:gh[opsu]_|github_pat_|glpat-|xox[bp]-|sk[-_])[\w-]{16,}`,
    String.raw`-----BEGIN [^-]+-----[^-]*(?:-----END [^-]+-----)?`,
  ].join('|'),
  'g',
)

/** Shorter texts hold no name with a value; and no token. */
const shortest = 8
const shortestToken = 16

/**
 * The text with every such secret, every AWS secret access key and every value of a `password=` replaced by a sign. Callers
 * write user agents, session names and names of what they ask for, and CloudTrail records them as they are.
 */
export function withoutSecrets(text: string): string {
  if (text.length < shortest) return text
  if (text.length < shortestToken) return withoutAssigned(text)
  return withoutAssigned(withoutKeys(text.replace(tokens, signOf), signOf))
}

/**
 * The same for every text of plain data, which stays the same object where there is none.
 * @param longest characters of a text that is looked at; longer ones stay as they are
 */
export function cleaned<T>(value: T, longest = Infinity): T {
  return clean(value, longest) as T
}

function clean(value: unknown, longest: number): unknown {
  if (typeof value === 'string') return value.length > longest ? value : withoutSecrets(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return cleanList(value, longest)
  return cleanFields(value as Readonly<Record<string, unknown>>, longest)
}

/** Each thing is looked at once, however deep it lies. */
function cleanList(list: readonly unknown[], longest: number): readonly unknown[] {
  let after: unknown[] | undefined
  for (const [i, item] of list.entries()) {
    const now = clean(item, longest)
    if (now !== item) after ??= list.slice(0, i)
    after?.push(now)
  }
  return after ?? list
}

function cleanFields(fields: Readonly<Record<string, unknown>>, longest: number): object {
  const names = Object.keys(fields)
  let after: [name: string, value: unknown][] | undefined
  for (const [i, name] of names.entries()) {
    const entry: [string, unknown] = [withoutSecrets(name), clean(fields[name], longest)]
    if (entry[0] !== name || entry[1] !== fields[name])
      after ??= names.slice(0, i).map((each) => [each, fields[each]])
    after?.push(entry)
  }
  return after ? Object.fromEntries(after) : fields
}
