import { readFileSync } from 'node:fs'
import { reasonOf, Unusable } from '#shared/errors.ts'

/** Bytes of a file with a secret. */
const secretMax = 16_384

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads what `env:NAME` or `file:PATH` refers to; text around a secret in a file, such as its last line break, is dropped.
 *
 * @param whose what the secret is for, in words
 * @throws Unusable naming the reference and whose it is, never the secret
 */
export function secretAt(reference: string, whose: string, environment: Environment): string {
  const [, kind, at = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
  const text = kind === 'env' ? environment[at] : textAt(at, whose)
  const secret = text?.trim() ?? ''
  if (secret === '') throw new Unusable(`${whose}: ${reference} holds no secret`)
  if (secret.length > secretMax)
    throw new Unusable(`${whose}: ${reference} is too long for a secret`)
  return secret
}

function textAt(path: string, whose: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Unusable(`${whose}: file:${path}: ${reasonOf(cause)}`, { cause })
  }
}
