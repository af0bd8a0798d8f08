import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a receiver does with a request: a status, or something worse. */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Takes it, and the answer is lost. */
  | 'lost'
  | 'silent'
  | 'endless'

export type Receiver = {
  readonly url: string
  readonly got: Received[]
  close(): Promise<void>
}

/** A webhook receiver on this machine. */
export async function receiver(
  reply: (received: Received, n: number) => Reply = () => ({ status: 204 }),
): Promise<Receiver> {
  const got: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const received = { path: request.url ?? '', headers: request.headers, body }
      got.push(received)
      const answer = reply(received, got.length)
      if (answer === 'lost') return request.socket.destroy()
      if (answer === 'silent') return undefined
      if (answer === 'endless') {
        response.writeHead(200)
        const more = (): boolean => response.write('x'.repeat(65_536))
        response.on('drain', more)
        response.on('error', () => undefined)
        while (more());
        return undefined
      }
      response.writeHead(answer.status, answer.headers).end('{"ok":true}')
      return undefined
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/in`,
    got,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
