import type { Lines } from './lines.ts'
import type { Window } from './window.ts'

/** Bytes that a separator with the key behind it may have. */
const longest = 320
/** What stands between two objects of a list, up to the first key of the second. */
const separator = /\}\s{0,64},\s{0,64}\{\s{0,64}"(?:([^"]{0,64})")?/g

/** How records of a list begin of which this is one; '' if it tells nothing. */
export const firstKeyOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (Object.keys(value)[0] ?? '') : ''

/** How a broken record was come upon. */
export type Broken = {
  /** The next one may begin right here. */
  readonly isHere: boolean
  /** In a list of records, not among lines. */
  readonly inList: boolean
  /** The first key of the records here; '' if none is known, which is then that of CloudTrail. */
  readonly firstKey: string
  readonly isEnded: boolean
}

/**
 * Where to go on behind a broken record: right here, at the next line, or behind the next separator of a list. −1: nowhere in
 * sight, but what is in sight can be left behind up to `skip`; `wait`: more bytes must come before that can be told. The same
 * bytes give the same place, in whatever chunks they come.
 */
export function restart(
  window: Window,
  lines: Lines,
  { isHere, inList, firstKey, isEnded }: Broken,
  reach: number,
): { readonly at: number; readonly skip: number } | 'wait' {
  const { at, end, bytes } = window
  if (at === end && !isEnded) return 'wait'
  if (isHere && at < end && bytes[at] === 0x7b) return { at, skip: at }
  if (!inList) return { at: lines.newline(), skip: end }
  if (!isEnded && end - at < reach + longest) return 'wait'
  const text = bytes.toString('latin1', at, Math.min(end, at + reach + longest))
  return { at: nextIn(text, at, firstKey, reach), skip: Math.min(end, at + reach) }
}

/** The first object that begins as records do here, else the first one of all: it may lie within a record. */
function nextIn(text: string, at: number, firstKey: string, reach: number): number {
  let any = -1
  separator.lastIndex = 0
  for (let found = separator.exec(text); found; found = separator.exec(text)) {
    const { index } = found
    if (index >= reach) break
    // The text of one may hold the next.
    separator.lastIndex = index + 1
    const behind = at + index + 1
    if (found[1] === (firstKey || 'eventVersion')) return behind
    if (any < 0) any = behind
  }
  return any
}
