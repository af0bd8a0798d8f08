import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a receiver of webhooks keeps of one: its id, and its body. */
export type Alert = { readonly id: string; readonly at: number; readonly body: unknown }

export type Receiver = {
  readonly url: string
  /** Distinct alerts by webhook id, in the order of coming. */
  readonly alerts: readonly Alert[]
  /** How many came with a signature that does not fit. */
  readonly forged: () => number
  readonly close: () => Promise<void>
}

/** A receiver as a SOC would write it: checks the signature (Standard Webhooks 1.0), knows repeats by their id. */
export async function receiver(secret: string, heard: (alert: Alert) => void): Promise<Receiver> {
  const alerts: Alert[] = []
  let forged = 0
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const id = String(request.headers['webhook-id'] ?? '')
      const stamp = String(request.headers['webhook-timestamp'] ?? '')
      const signed = createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest()
      const isOurs = String(request.headers['webhook-signature'] ?? '')
        .split(' ')
        .some((each) => isSame(each, signed))
      if (!isOurs) forged++
      else if (!alerts.some((each) => each.id === id)) {
        const alert = { id, at: Date.now(), body: JSON.parse(body) as unknown }
        alerts.push(alert)
        heard(alert)
      }
      response.writeHead(isOurs ? 204 : 401).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    alerts,
    forged: () => forged,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isSame(given: string, signed: Buffer): boolean {
  const [version, signature = ''] = given.split(',')
  const bytes = Buffer.from(signature, 'base64')
  return version === 'v1' && bytes.length === signed.length && timingSafeEqual(bytes, signed)
}
