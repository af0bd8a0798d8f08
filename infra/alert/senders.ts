import { resolve as absolute } from 'node:path'
import type { Destination } from '#shared/config/destinations.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Sender } from '#shared/ports/sender.ts'
import { accessOf } from '#infra/kafka/access.ts'
import { jsonLinesSender } from './json-lines.ts'
import { httpSender } from './over-http.ts'
import type { Resolve } from './post.ts'
import { secretOf, urlOf } from './secrets.ts'
import { signedHeaders, signingKey } from './standard-webhooks.ts'

export type SenderOptions = {
  /** Secrets that `env:` names are read from. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths count from; absolute. */
  readonly cwd: string
  /** The clock of this machine, epoch ms. */
  readonly now: () => number
  readonly resolve?: Resolve
  readonly log: Log
}

/**
 * The sender of each destination, by name. Secrets are read now, and live in memory only.
 *
 * @throws Unusable if a secret is missing or no secret of its kind
 */
export const sendersOf = (
  destinations: readonly Destination[],
  options: SenderOptions,
): ReadonlyMap<string, Sender> =>
  new Map(destinations.map((each) => [each.name, senderOf(each, options)]))

function senderOf(each: Destination, options: SenderOptions): Sender {
  const { environment, cwd, now, resolve } = options
  const { name } = each
  if (each.kind === 'kafka') {
    const access = () => accessOf(each, `alerts: destination ${name}`, options)
    access()
    return whenNeeded(async () => {
      const { kafkaSender } = await import('#infra/kafka/sender.ts')
      return kafkaSender(access, each.topics)
    })
  }
  if (each.kind === 'file') return jsonLinesSender(absolute(cwd, each.path))
  const over = {
    url: urlOf(each.url, name, environment),
    allow: each.allow,
    now,
    ...(resolve && { resolve }),
  }
  switch (each.kind) {
    case 'slack':
      return httpSender(over)
    case 'webhook': {
      const keys = each.secrets.map((secret) =>
        signingKey(secretOf(secret, name, environment), name),
      )
      return httpSender({
        ...over,
        headers: ({ id, body }) => signedHeaders(id, now(), body, keys),
      })
    }
    case 'pagerduty': {
      const routing_key = secretOf(each.key, name, environment)
      // Only here: what is stored has no secret.
      const withKey = (body: string): string =>
        JSON.stringify({ routing_key, ...(JSON.parse(body) as object) })
      return httpSender({ ...over, body: ({ body }) => withKey(body) })
    }
  }
}

/** Loaded at its first delivery: few need it, and it is large. */
function whenNeeded(load: () => Promise<Sender>): Sender {
  let loaded: Promise<Sender> | undefined
  return {
    width: 4,
    send: async (delivery) => await (await (loaded ??= load())).send(delivery),
    close: async () => await (await loaded)?.close?.(),
  }
}
