import { guessable } from '#shared/secret-sign.ts'

/** Length of an AWS secret access key (IAM User Guide). */
const keyLength = 40

/** A stretch of the signs of base64 that is long enough, and no part of padded base64. */
const stretches = new RegExp(
  String.raw`(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{${keyLength},}(?![A-Za-z0-9/+=])`,
  'g',
)

/** Of 40 signs of chance about 25 differ in kind from the one before, and about 30 are different; words have few of either. */
const leastTurns = 14
const leastDifferent = 18
/** Of 40 signs of chance fewer than one is a slash; paths have many. */
const mostSlashes = 4

/**
 * The text with every AWS secret access key replaced that stands alone in it, or as a part of a path. It has no form but its
 * forty signs of chance, so hex digests, names in any writing, paths, and texts in base64 are told apart from it.
 */
export function withoutKeys(text: string, sign: (key: string) => string): string {
  if (text.length < keyLength) return text
  return text.replace(stretches, (stretch) => replaceIn(stretch, sign))
}

function replaceIn(stretch: string, sign: (key: string) => string): string {
  if (stretch.length === keyLength) return isKey(stretch) ? sign(stretch) : stretch
  for (let start = 0; start >= 0 && start + keyLength <= stretch.length;) {
    const end = start + keyLength
    const isPart = end === stretch.length || stretch[end] === '/'
    if (isPart && isKey(stretch.slice(start, end)))
      return stretch.slice(0, start) + sign(stretch.slice(start, end)) + stretch.slice(end)
    start = stretch.indexOf('/', start) + 1 || -1
  }
  return stretch
}

function isKey(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false
  if (/^[\da-fA-F]+$/.test(text)) return false
  if (new Set(text).size < leastDifferent) return false
  if (text.split('/').length - 1 > mostSlashes) return false
  let turns = 0
  for (let at = 1; at < text.length; at++) if (kindAt(text, at) !== kindAt(text, at - 1)) turns++
  return turns >= leastTurns && !isText(Buffer.from(text, 'base64'))
}

/** 0 a digit, 1 an upper case letter, 2 a lower case one, 3 a sign. */
function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 48) return 3
  if (unit < 58) return 0
  return unit < 91 ? 1 : 2
}

/** Does it say something in ASCII? Chance does not. */
const isText = (bytes: Uint8Array): boolean => bytes.every((byte) => byte >= 9 && byte < 127)

const names =
  'passw(?:or)?d|passphrase|pwd|secret(?:[-_]?access)?(?:[-_]?key)?|api[-_]?key|private[-_]?key|token'
/** Words that are no password, and what stands for one already. */
const harmless = String.raw`(?!(?:true|false|none|null|undefined)\b|\[secret)`
const value = String.raw`${harmless}(?:"[^"]{4,}"|'[^']{4,}'|[^\s"'()<>;,&|\]]{4,})`

const assignments = new RegExp(String.raw`((?:${names})=)${value}`, 'gi')
/** A colon is written for a value only where no name or ARN can have one. */
const tellings = new RegExp(String.raw`(?<!:)((?:${names})\s?[=:]\s?)${value}`, 'gi')

/** The text with the value behind every `password=`, `secret=`, `token=` and their like replaced. */
export const withoutAssigned = (text: string): string =>
  text.includes('=') ? text.replace(assignments, `$1${guessable}`) : text

/** The same where people write prose: `pwd: …` counts as well. */
export const withoutTold = (text: string): string =>
  text.includes('=') || text.includes(':') ? text.replace(tellings, `$1${guessable}`) : text
