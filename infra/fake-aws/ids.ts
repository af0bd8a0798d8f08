import type { Chance } from './chance.ts'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const secretLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Unique id as IAM makes them: a prefix that tells the kind (IAM User Guide, "unique identifiers"), then base32 whose first
 * 48 bits are one set bit, the account, and seven bits of chance (Be'ery, "A short note on AWS key id").
 */
export function uniqueId(
  prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA',
  account: string,
  chance: Chance,
): string {
  const head = (1n << 47n) | (BigInt(account) << 7n) | BigInt(chance.between(0, 127))
  // 48 bits are nine letters of five bits and three bits of the tenth.
  let bits = (head << 2n) | BigInt(chance.between(0, 3))
  let text = ''
  for (let i = 0; i < 10; i++) {
    text = `${base32[Number(bits & 31n)]}${text}`
    bits >>= 5n
  }
  return `${prefix}${text}${chance.letters(6, base32)}`
}

export const secretOf = (chance: Chance): string => chance.letters(40, secretLetters)

/** Session tokens are opaque and long. */
export const tokenOf = (chance: Chance): string =>
  `FwoGZXIvYXdz${chance.letters(180, secretLetters)}`
