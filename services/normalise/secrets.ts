import { hash32 } from '#shared/facts/hash.ts'

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

/**
 * The text with every such secret replaced by a sign of its own, so that two that differ still do. Callers write user agents,
 * session names and names of what they ask for, and CloudTrail records them as they are.
 */
export function withoutTokens(text: string): string {
  if (text.length < 16) return text
  return text.replace(tokens, (token) => `[secret ${hash32(token).toString(16)}]`)
}

/** The same for every text of plain data, which stays the same object where there is none. */
export function cleaned<T>(value: T): T {
  return clean(value) as T
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return withoutTokens(value)
  if (Array.isArray(value)) {
    const items = value.map(clean)
    return items.every((item, i) => item === value[i]) ? value : items
  }
  if (typeof value !== 'object' || value === null) return value
  const before = Object.entries(value)
  const after = before.map(([name, each]) => [name, clean(each)] as const)
  return after.every(([, each], i) => each === before[i]?.[1]) ? value : Object.fromEntries(after)
}
