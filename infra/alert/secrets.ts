import { readFileSync } from 'node:fs'
import { reasonOf, Unusable } from '#shared/errors.ts'

/** Bytes of a file with a secret. */
const secretMax = 16_384

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads what `env:NAME` or `file:PATH` refers to; text around a secret in a file, such as its last line break, is dropped.
 *
 * @throws Unusable naming the reference and the destination, never the secret
 */
export function secretOf(reference: string, name: string, environment: Environment): string {
  const [, kind, at = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
  const text = kind === 'env' ? environment[at] : fileText(at, name)
  const secret = text?.trim() ?? ''
  if (secret === '') throw new Unusable(`alerts: destination ${name}: ${reference} holds no secret`)
  if (secret.length > secretMax)
    throw new Unusable(`alerts: destination ${name}: ${reference} is too long for a secret`)
  return secret
}

function fileText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Unusable(`alerts: destination ${name}: file:${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** @throws Unusable if it is no web address */
export function urlOf(address: string, name: string, environment: Environment): URL {
  const text = /^(env|file):/.test(address) ? secretOf(address, name, environment) : address
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new Unusable(`alerts: destination ${name}: its url is no https address without user`)
  return url
}
