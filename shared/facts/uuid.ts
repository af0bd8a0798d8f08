/**
 * Record ids in little room. A lower-case UUID is four 32-bit words; any other id is an index into a table of strings, in
 * words that no UUID has. Order is that of the text, so that ties never depend on how an id is stored.
 */
export type IdTable = { readonly others: string[]; readonly known: Map<string, number> }

const idTable = (): IdTable => ({ others: [], known: new Map() })

/** The id of the use at hand, packed once for all tables that note it. */
export class PackedIds {
  readonly table = idTable()
  readonly words = new Uint32Array(4)

  note(id: string): void {
    packId(this.table, id, this.words)
  }
}

/** Words 1 to 3 of an id that is no UUID. A UUID that looks like this is stored as any other id. */
const mark3 = 0xffffffff

/** Code unit → value of the hex digit, 255 for anything else. Lower case only: ids are kept as they are written. */
const nibbles = Uint8Array.from({ length: 128 }, (_, unit) =>
  unit >= 48 && unit <= 57 ? unit - 48 : unit >= 97 && unit <= 102 ? unit - 87 : 255,
)

let wrong = 0
function hex(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const value = unit < 128 ? (nibbles[unit] ?? 255) : 255
  wrong |= value
  return value
}
const hex4 = (text: string, at: number): number =>
  (hex(text, at) << 12) | (hex(text, at + 1) << 8) | (hex(text, at + 2) << 4) | hex(text, at + 3)

/** Writes an id into `out[0..3]`. */
function packId(table: IdTable, id: string, out: Uint32Array): void {
  if (packUuid(id, out)) return
  let index = table.known.get(id)
  if (index === undefined) {
    index = table.others.length
    table.others.push(id)
    table.known.set(id, index)
  }
  packOther(index, out)
}

/** Writes the number of an id that is no UUID into `out[0..3]`. */
export function packOther(n: number, out: Uint32Array): void {
  out[0] = n
  out[1] = 0
  out[2] = 0
  out[3] = mark3
}

/** Writes a lower-case UUID into `out[0..3]`; false if the text is none, or one that looks like another id. */
export function packUuid(id: string, out: Uint32Array): boolean {
  if (id.length !== 36) return false
  if (id.charCodeAt(8) !== 45 || id.charCodeAt(13) !== 45) return false
  if (id.charCodeAt(18) !== 45 || id.charCodeAt(23) !== 45) return false
  wrong = 0
  out[0] = (hex4(id, 0) << 16) | hex4(id, 4)
  out[1] = (hex4(id, 9) << 16) | hex4(id, 14)
  out[2] = (hex4(id, 19) << 16) | hex4(id, 24)
  out[3] = (hex4(id, 28) << 16) | hex4(id, 32)
  return wrong < 16 && !(out[1] === 0 && out[2] === 0 && out[3] === mark3)
}

/** The id that stands in four words from `at` on. */
export function unpackId({ others }: IdTable, words: Uint32Array, at: number): string {
  return isUuid(words, at) ? unpackUuid(words, at) : (others[words[at] ?? 0] ?? '')
}

export function unpackUuid(words: Uint32Array, at: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]]
  const text = (word: number): string => word.toString(16).padStart(8, '0')
  const [q, r] = [text(b), text(c)]
  return `${text(a)}-${q.slice(0, 4)}-${q.slice(4)}-${r.slice(0, 4)}-${r.slice(4)}${text(d)}`
}

/** Compares a packed id with the one in four words from `at` on, as their texts compare. */
export function compareIds(
  table: IdTable,
  words: Uint32Array,
  at: number,
  id: Uint32Array,
): number {
  const plain = isUuid(words, at) && isUuid(id, 0)
  if (!plain) {
    const [a, b] = [unpackId(table, words, at), unpackId(table, id, 0)]
    return a < b ? -1 : a > b ? 1 : 0
  }
  for (let i = 0; i < 4; i++) {
    const [a = 0, b = 0] = [words[at + i], id[i]]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

/** Is it a UUID that stands there, or the number of another id? */
export const isUuid = (words: Uint32Array, at: number): boolean =>
  !(words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === mark3)
