/**
 * Record ids in little room: a lower-case UUID as 16 bytes; any other id as an index into a table of strings.
 * Order is that of the text, so that ties never depend on how an id is stored.
 */
export class Ids {
  private words: Uint32Array
  private readonly others: string[] = []
  private readonly known = new Map<string, number>()
  private other: Uint8Array

  constructor(capacity: number) {
    this.words = new Uint32Array(capacity * 4)
    this.other = new Uint8Array(capacity)
  }

  grow(capacity: number): void {
    const words = new Uint32Array(capacity * 4)
    words.set(this.words)
    this.words = words
    const other = new Uint8Array(capacity)
    other.set(this.other)
    this.other = other
  }

  set(slot: number, id: string): void {
    const at = slot * 4
    if (parse(id)) {
      this.words.set(parsed, at)
      this.other[slot] = 0
      return
    }
    let index = this.known.get(id)
    if (index === undefined) {
      index = this.others.length
      this.others.push(id)
      this.known.set(id, index)
    }
    this.words[at] = index
    this.other[slot] = 1
  }

  get(slot: number): string {
    const at = slot * 4
    if (this.other[slot]) return this.others[this.words[at] ?? 0] ?? ''
    const hex = (word: number): string => (this.words[at + word] ?? 0).toString(16).padStart(8, '0')
    const [a, b, c, d] = [hex(0), hex(1), hex(2), hex(3)]
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`
  }

  /** Negative if the stored id is smaller than `id`, as texts compare. */
  compare(slot: number, id: string): number {
    const stored = this.get(slot)
    return stored < id ? -1 : stored > id ? 1 : 0
  }
}

const parsed = new Uint32Array(4)
/** Positions of the hex digits of a UUID. */
const digits = Uint8Array.from([...Array(36).keys()].filter((i) => ![8, 13, 18, 23].includes(i)))

/** Parses a lower-case UUID into `parsed`; false if it is none. */
function parse(id: string): boolean {
  if (id.length !== 36) return false
  if (id.charCodeAt(8) !== 45 || id.charCodeAt(13) !== 45) return false
  if (id.charCodeAt(18) !== 45 || id.charCodeAt(23) !== 45) return false
  for (let word = 0, i = 0; word < 4; word++) {
    let value = 0
    for (const end = i + 8; i < end; i++) {
      const unit = id.charCodeAt(digits[i] ?? 0)
      const nibble = unit >= 48 && unit <= 57 ? unit - 48 : unit >= 97 && unit <= 102 ? unit - 87 : -1
      if (nibble < 0) return false
      value = (value << 4) | nibble
    }
    parsed[word] = value
  }
  return true
}
