import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Mishap = 'throttled' | 'answer-lost'

const throttled =
  '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>'

/** Stands before a server of the query protocol, and does to the next calls that change something what it is told to. */
export async function mishapsBefore(target: string) {
  const next: Mishap[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      const changes = !/^Action=(?:Get|List)/.test(body)
      const mishap = changes ? next.shift() : undefined
      if (mishap === 'throttled') {
        response.writeHead(400, { 'content-type': 'text/xml' }).end(throttled)
        return
      }
      const { authorization = '', 'content-type': type = '' } = request.headers
      const headers = { authorization, 'content-type': type, host: request.headers.host ?? '' }
      const answer = await fetch(target, { method: 'POST', headers, body })
      const given = await answer.text()
      if (mishap === 'answer-lost') {
        request.socket.destroy()
        return
      }
      const id = answer.headers.get('x-amzn-requestid') ?? ''
      response
        .writeHead(answer.status, { 'content-type': 'text/xml', 'x-amzn-requestid': id })
        .end(given)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (mishap: Mishap): void => void next.push(mishap),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
