import type { RowIndex, Rows } from './rows.ts'

/**
 * Key ids in little room. AWS key ids are 20 letters and digits (IAM identifiers, unique ids); such a text is four 32-bit
 * words, six bits for each unit. Any other one is an index into a table of strings, in words that no such text has.
 */
export class KeyIds {
  /** The key id that was noted last. */
  readonly words = new Uint32Array(4)
  private readonly others: string[] = []
  private readonly known = new Map<string, number>()

  note(text: string): void {
    if (!pack(text, this.words)) this.noteOther(text)
  }

  /** The key id that stands in four words from `at` on. */
  text(words: Uint32Array, at: number): string {
    const [a = 0, b = 0, c = 0, d = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]]
    if (d >= otherMark) return this.others[a] ?? ''
    return unpack(a) + unpack(b) + unpack(c) + unpack(d)
  }

  private noteOther(text: string): void {
    let index = this.known.get(text)
    if (index === undefined) {
      index = this.others.length
      this.others.push(text)
      this.known.set(text, index)
    }
    this.words[0] = index
    this.words[1] = 0
    this.words[2] = 0
    this.words[3] = otherMark
  }
}

/** Hash of four words from `at` on. */
export function hashWords(words: Uint32Array, at: number): number {
  let h = Math.imul((words[at] ?? 0) ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15) ^ (words[at + 1] ?? 0), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 13) ^ (words[at + 2] ?? 0), 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 15) ^ (words[at + 3] ?? 0), 0x165667b1)
  return (h ^ (h >>> 16)) >>> 0
}

/** The first row of an index by key id that has this one in its words from `at` on; −1 if none has. */
export function rowWithKey(
  { words, width }: Rows,
  at: number,
  index: RowIndex,
  { words: id }: KeyIds,
): number {
  const [a, b, c, d] = [id[0], id[1], id[2], id[3]]
  let row = -1
  let slot = index.slot(hashWords(id, 0))
  for (; (row = index.at(slot)) >= 0; slot = index.next(slot)) {
    const k = row * width + at
    if (words[k] === a && words[k + 1] === b && words[k + 2] === c && words[k + 3] === d) return row
  }
  return -1
}

const unitsMax = 20
const perWord = 5
/** Five units take 30 bits: the two above tell other texts. */
const otherMark = 0x80000000

/** Six bits: 0 for no unit, then digits, capital and small letters. */
const letters = '\0' + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const numbers = Uint8Array.from({ length: 128 }, (_, unit) =>
  Math.max(0, letters.indexOf(String.fromCharCode(unit), 1)),
)

/** Writes a text into `out`; false if it is too long or has other units than letters and digits. */
function pack(text: string, out: Uint32Array): boolean {
  const { length } = text
  if (length > unitsMax) return false
  for (let word = 0, at = 0; word < 4; word++) {
    let packed = 0
    for (let i = 0; i < perWord; i++, at++) {
      const unit = at < length ? text.charCodeAt(at) : 0
      const number = unit < 128 ? (numbers[unit] ?? 0) : 0
      if (at < length && number === 0) return false
      packed = (packed << 6) | number
    }
    out[word] = packed
  }
  return true
}

function unpack(packed: number): string {
  let text = ''
  for (let shift = (perWord - 1) * 6; shift >= 0; shift -= 6) {
    const number = (packed >>> shift) & 63
    if (number > 0) text += letters.charAt(number)
  }
  return text
}
