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
