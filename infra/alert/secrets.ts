import { Unusable } from '#shared/errors.ts'
import { secretAt, type Environment } from '#infra/files/secret.ts'

/** @throws Unusable as `secretAt` */
export const secretOf = (reference: string, name: string, environment: Environment): string =>
  secretAt(reference, `alerts: destination ${name}`, environment)

/** @throws Unusable if it is no web address */
export function urlOf(address: string, name: string, environment: Environment): URL {
  const text = /^(env|file):/.test(address) ? secretOf(address, name, environment) : address
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new Unusable(`alerts: destination ${name}: its url is no https address without user`)
  return url
}
