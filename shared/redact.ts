/** Names (lower case, without separators) of fields whose values are secrets, wherever they stand. */
const secretNames = new Set([
  'apikey',
  'authorization',
  'clientsecret',
  'cookie',
  'credentials',
  'idtoken',
  'accesstoken',
  'password',
  'privatekey',
  'refreshtoken',
  'secret',
  'secretaccesskey',
  'secretbinary',
  'secretkey',
  'secretstring',
  'securitytoken',
  'sessiontoken',
  'setcookie',
  'signintoken',
  'token',
  'webidentitytoken',
  'xamzsecuritytoken',
])

const removed = '[redacted]'

/** How deep fields are followed; what lies deeper is removed, because nobody looked at it. */
const deepest = 8

/**
 * Shapes of secrets inside text, such as the message of an error. Repetitions that could overlap
 * are bounded, so that no text makes a pattern slow.
 */
const secretText: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|Negotiate)\s+[\w.~+/=-]+/gi, `$1 ${removed}`],
  [/\beyJ[\w-]{8,4096}\.[\w-]+(?:\.[\w-]*)?/g, removed],
  [/-----BEGIN [A-Z ]{1,40}-----[\w\s+/=]*/g, removed],
  [
    /\b(\w{0,40}(?:secret|password|token|authorization|signature)\w{0,40})(["']?\s*[:=]\s*["']?)[^\s"',;&}]+/gi,
    `$1$2${removed}`,
  ],
  [/[\w+/=]{100,}/g, removed],
]

/** Longest text of a log line; the rest is cut, and the line says so. */
const longest = 16_384

/** The same text without what looks like a secret. */
export function redactText(text: string): string {
  const kept = text.length > longest ? `${text.slice(0, longest)}… [cut]` : text
  return secretText.reduce((safe, [pattern, put]) => safe.replace(pattern, put), kept)
}

/** A copy of the value, of any shape, in which secrets are replaced by `[redacted]`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepest) return removed
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  const fields = Object.entries(value).map(([name, item]) => [
    redactText(name),
    isSecretName(name) ? removed : redact(item, depth + 1),
  ])
  return Object.fromEntries(fields)
}

function redactError(error: Error, depth: number): unknown {
  const own = redact(Object.fromEntries(Object.entries(error)), depth)
  const cause = error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }
  const { name, message, stack = '' } = error
  const text = { name, message: redactText(message), stack: redactText(stack) }
  return { ...(own as object), ...text, ...cause }
}

function isSecretName(name: string): boolean {
  return secretNames.has(name.replace(/[-_.\s]/g, '').toLowerCase())
}
