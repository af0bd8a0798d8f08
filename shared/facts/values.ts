import { hash32 } from './hash.ts'

/**
 * Texts as small numbers, in this process only: a number never leaves it, and nothing depends on its size. What a number
 * stands for has a hash of its content, for bounds that must not depend on arrival.
 */
export class Values {
  private readonly texts: string[] = []
  private readonly hashes: number[] = []
  private readonly numbers = new Map<string, number>()
  private readonly pairs = new Map<string, Map<string, number>>()
  private readonly pairTexts: (readonly [string, string])[] = []
  private readonly pairHashes: number[] = []
  /** Values that a bound did not keep. */
  dropped = 0

  number(text: string): number {
    let n = this.numbers.get(text)
    if (n === undefined) {
      n = this.texts.length
      this.texts.push(text)
      this.hashes.push(hash32(text))
      this.numbers.set(text, n)
    }
    return n
  }
  text(n: number): string {
    return this.texts[n] ?? ''
  }

  /** Number of a pair of texts; one pair has one number whoever asks. */
  pair(a: string, b: string): number {
    let of = this.pairs.get(a)
    if (of === undefined) this.pairs.set(a, (of = new Map<string, number>()))
    let n = of.get(b)
    if (n === undefined) {
      n = this.pairTexts.length
      this.pairTexts.push([a, b])
      this.pairHashes.push(hash32(`${a}\n${b}`))
      of.set(b, n)
    }
    return n
  }
  pairOf(n: number): readonly [string, string] {
    return this.pairTexts[n] ?? ['', '']
  }
  pairHash(n: number): number {
    return this.pairHashes[n] ?? 0
  }
}
