import { createHmac } from 'node:crypto'
import { Unusable } from '#shared/errors.ts'

/**
 * A signing secret of Standard Webhooks 1.0.2: `whsec_` and 24 to 64 bytes in base64.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @throws Unusable that does not repeat it
 */
export function signingKey(secret: string, name: string): Buffer {
  const [, base64] = /^whsec_([A-Za-z\d+/]+={0,2})$/.exec(secret) ?? []
  const key = Buffer.from(base64 ?? '', 'base64')
  if (key.length < 24 || key.length > 64)
    throw new Unusable(
      `alerts: destination ${name}: a secret must be whsec_ and 24 to 64 bytes in base64`,
    )
  return key
}

/** The three headers; one signature for each key, the newest first. `at` in epoch ms. */
export function signedHeaders(
  id: string,
  at: number,
  body: string,
  keys: readonly Buffer[],
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`)
    return `v1,${mac.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
