import { hash128, hash32 } from './hash.ts'

/**
 * Which record ids came lately: an open-addressed table of 128-bit hashes, in two generations. When the young one is full,
 * the old one is forgotten: repeats older than that are not recognised, and change nothing (facts are idempotent).
 * 16 bytes an id, at most 0.7 full.
 */
export class RecentIds {
  /** How many ids were forgotten by the bound. */
  forgotten = 0
  private young: Generation
  private old: Generation | undefined
  private readonly limit: number
  private readonly word = new Uint32Array(4)

  /** @param limit how many ids one generation holds; between one and two generations are remembered */
  constructor(limit = 1 << 24) {
    this.limit = limit
    this.young = new Generation(Math.min(limit, 1 << 10))
  }

  /** True if the id was seen lately in this name space; remembers it. */
  seen(id: string, within = ''): boolean {
    hash128(id, this.word)
    if (within !== '') this.word[1] = (this.word[1] ?? 0) ^ hash32(within)
    if (this.old?.has(this.word)) return true
    if (!this.young.add(this.word)) return true
    if (this.young.size >= this.limit) {
      this.forgotten += this.old?.size ?? 0
      this.old = this.young
      this.young = new Generation(1 << 10)
    }
    return false
  }
}

export class Generation {
  size = 0
  private words: Uint32Array
  private mask: number

  constructor(capacity: number) {
    this.mask = pow2(capacity * 2) - 1
    this.words = new Uint32Array((this.mask + 1) * 4)
  }

  has(word: Uint32Array): boolean {
    return this.find(word) < 0
  }

  /** False if it was there. */
  add(word: Uint32Array): boolean {
    const at = this.find(word)
    if (at < 0) return false
    this.words.set(word, at)
    if (++this.size * 10 > this.mask * 7) this.grow()
    return true
  }

  /** Offset of the free slot, or −1 if the word is there. An all-zero slot is free. */
  private find(word: Uint32Array): number {
    const w = this.words
    const [a = 0, b = 0, c = 0, d = 0] = word
    for (let slot = a & this.mask; ; slot = (slot + 1) & this.mask) {
      const at = slot * 4
      if (w[at] === a && w[at + 1] === b && w[at + 2] === c && w[at + 3] === d) return -1
      if (w[at] === 0 && w[at + 1] === 0 && w[at + 2] === 0 && w[at + 3] === 0) return at
    }
  }

  private grow(): void {
    const before = this.words
    this.mask = this.mask * 2 + 1
    this.words = new Uint32Array((this.mask + 1) * 4)
    for (let at = 0; at < before.length; at += 4) {
      const word = before.subarray(at, at + 4)
      if (word[0] || word[1] || word[2] || word[3]) this.words.set(word, this.find(word))
    }
  }
}

const pow2 = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(n, 16)))
