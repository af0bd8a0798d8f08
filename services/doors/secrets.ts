import { withoutAssigned } from '#services/normalise/formless.ts'
import { looksLikeSecret } from '#services/normalise/secrets.ts'

/** What may stand around a secret inside a text. */
const between = /[\s"'`,;:=&?#@<>(){}[\]|]+/

/** Secrets of which the beginning is a word of its own. */
const phrases = /\b(?:bearer|basic)\s+[\w.~+/=-]{16,}|-----BEGIN/i

/** The form of an AWS secret access key: forty signs of base64 (IAM User Guide), practically always of all three kinds. */
const awsSecret = /^[A-Za-z0-9+/]{40}$/

/** A token of no known beginning: longer than any digest in base64, with a stretch that no word of a language has. */
const longToken = /^[A-Za-z0-9+/_=-]{65,}$/
const stretch = /[A-Za-z0-9]{32}/

const isMixed = (word: string): boolean =>
  /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)

/** `account/role/NAME/SESSION`: long, mixed, and public. */
const principal = /^\d{12}\/[a-z]+(\/|$)/

/** Shorter words hold no secret of a form that is known here. */
const shortest = 20

/**
 * Does some part of a name or id look like a secret? Narrower than what is asked of a credential, because names and ids of
 * tasks may be long and look like much.
 */
export function holdsSecret(text: string): boolean {
  if (withoutAssigned(text) !== text) return true
  if (text.length < shortest) return false
  return phrases.test(text) || text.split(between).some(isSecret)
}

/** Tokens of our own sources (services/doors/tokens.ts). */
const ourToken = /^ktr_[\w-]{16,}/

function isSecret(word: string): boolean {
  if (word.length < shortest || principal.test(word)) return false
  if (ourToken.test(word)) return true
  // Cut to below any length that counts by itself: only the beginning is asked for.
  if (looksLikeSecret(word.slice(0, 39))) return true
  if (!isMixed(word)) return false
  return awsSecret.test(word) || (longToken.test(word) && stretch.test(word))
}
