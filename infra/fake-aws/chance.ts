/** Chance that repeats: the same seed and the same order of questions give the same answers. */
export type Chance = {
  /** A whole number from `low` to `high`, both possible. */
  readonly between: (low: number, high: number) => number
  readonly happens: (probability: number) => boolean
  readonly letters: (count: number, alphabet: string) => string
  /** A UUID that looks like version 4. */
  readonly uuid: () => string
}

const hex = '0123456789abcdef'

/** Generator: mulberry32 (Tommy Ettinger), which is enough for ids and delays that nobody must be unable to guess. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const letters = (count: number, alphabet: string): string =>
    Array.from({ length: count }, () => alphabet[between(0, alphabet.length - 1)]).join('')
  return {
    between,
    letters,
    happens: (probability) => probability > 0 && next() < probability,
    uuid: () =>
      [
        letters(8, hex),
        letters(4, hex),
        `4${letters(3, hex)}`,
        `${letters(1, '89ab')}${letters(3, hex)}`,
        letters(12, hex),
      ].join('-'),
  }
}
