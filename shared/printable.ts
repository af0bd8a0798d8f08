/**
 * Makes text chosen by an attacker (user names, session names, user agents) safe to print.
 *
 * Escaped as `\u{hex}`: control characters including ESC (terminal sequences, UTS #55 and
 * ECMA-48), line and paragraph separators, bidirectional controls (Unicode UAX #9, the
 * "trojan source" characters), zero-width and other invisible format characters, and halves
 * of surrogate pairs. Everything else, of every script, stays as it is.
 */
export function printable(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, escaped) : text
}

/** As `printable`, and cut to `limit` characters with a mark that something is missing. */
export function printableUpTo(limit: number, text: string): string {
  const characters = text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`
  return printable(characters)
}

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u
const everyUnsafe = new RegExp(unsafe, 'gu')

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`
}
