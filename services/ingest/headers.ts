/** Arrays that are cut into their elements, without parsing the document around them as a whole. */
const arrayHeader = /^\{\s{0,64}"(?:Records|Events|events|Messages)"\s{0,16}:\s{0,64}\[/

/** No header is longer, spaces included. */
const headerBytes = 256

/** Members beside the array that tell how the answer was fetched. They hold no records. */
const aboutTheAnswer: ReadonlySet<string> = new Set([
  'ResponseMetadata',
  'searchedLogStreams',
  '$metadata',
])

/** Bytes from the brace of a wrapper to the quote that ends the longest of those names, when no space stands between. */
export const headerKeyBytes = '{"Messages"'.length

/**
 * Can the name that begins at `at` be one of them? By its first letter and its length: most records begin with another
 * name, and need not be matched.
 */
export function isHeaderKey(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]
  if (first !== 0x52 && first !== 0x45 && first !== 0x65 && first !== 0x4d) return false
  return bytes[at + 6] === 0x22 || bytes[at + 7] === 0x22 || bytes[at + 8] === 0x22
}

/** Length of the header of a wrapper at `at`; `none`; or `unsure` while too few bytes are in sight. */
export function matchHeader(bytes: Buffer, at: number, end: number): number | 'none' | 'unsure' {
  const until = Math.min(end, at + headerBytes)
  const header = arrayHeader.exec(bytes.toString('latin1', at, until))
  if (header) return header[0].length
  return until === at + headerBytes ? 'none' : 'unsure'
}

/**
 * What stands behind the array of a wrapper, from its closing bracket to the brace: the members that could hold something,
 * as an object; undefined if there are none.
 */
export function membersBehind(text: string): object | undefined | 'broken' {
  const inner = text.trimStart().replace(/^,/, '')
  let members: unknown
  try {
    members = JSON.parse(`{${inner}`)
  } catch {
    return 'broken'
  }
  const kept = Object.entries(members as object).filter(
    ([name, value]) => typeof value === 'object' && value !== null && !aboutTheAnswer.has(name),
  )
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}
