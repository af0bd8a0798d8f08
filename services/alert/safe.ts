import { printableUpTo } from '#shared/printable.ts'
import { redactText } from '#shared/redact.ts'

/** Characters of one text in a body. */
const textMax = 500

/**
 * A text that records chose, for a body that leaves the machine: without what looks like a secret, without control and
 * invisible characters, and not longer than `limit`.
 */
export const safe = (text: string, limit = textMax): string =>
  printableUpTo(limit, redactText(text.slice(0, 4 * limit)))

/** The first `limit` of a list, each made safe. */
export const safeList = (texts: readonly string[], limit: number): string[] =>
  texts.slice(0, limit).map((text) => safe(text))
