import { hash32 } from '#shared/facts/hash.ts'

/**
 * What stands in a text where a secret stood that nobody can guess: two that differ still do. No name in AWS may have these
 * brackets, so nobody can write one himself.
 */
export const signOf = (secret: string): string => `[secret ${hash32(secret).toString(16)}]`

/** The same for what people can remember, and others could guess: all are one, since any sign of it could be tried out. */
export const guessable = '[secret]'

/** Does a secret stand in the text's original? */
export const holdsSign = (text: string): boolean => text.includes('[secret')
