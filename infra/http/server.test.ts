import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { Transient, Unusable } from '#shared/errors.ts'
import type { Answer, Listening, Site } from '#shared/ports/http.ts'
import { pinoLog } from '#infra/log/log.ts'
import { listen, type ServerLimits } from './server.ts'

const text = (status: number, body: string, headers = {}): Answer => ({ status, headers, body })

let open: Listening[] = []
let logged: string[] = []
afterEach(async () => {
  await Promise.all(open.map(async (each) => await each.close()))
  open = []
  logged = []
})

const maxBytes = 1000

/** Answers with the body's length; `/early` refuses by the head alone, `/fault` has a fault, `/slow` waits. */
const site: Site = (head) => {
  if (head.path === '/early') return text(401, 'who are you?')
  if (head.path === '/head-fault') throw new Error('CANARY token=CANARY')
  if (head.path === '/store-away') throw new Transient('reading')
  return {
    maxBytes,
    refuse: (status, why, headers) => text(status, `refused: ${why}`, headers),
    take: async (body) => {
      if (head.path === '/fault') throw new Error('CANARY token=CANARY')
      return await Promise.resolve(text(200, `${head.method} ${head.query} ${body.length}`))
    },
  }
}

async function serve(limits: Partial<ServerLimits> = {}): Promise<number> {
  const log = pinoLog('debug', { write: (line) => logged.push(line) })
  const listening = await listen({ host: '127.0.0.1', port: 0, site, log, limits })
  open.push(listening)
  return listening.port
}

const post = async (
  port: number,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/',
) => await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })

/** What comes back on a connection on which these bytes were written, until the server closes it. */
async function raw(port: number, ...writes: string[]): Promise<string> {
  return await new Promise((resolve) => {
    const parts: string[] = []
    const socket = connect(port, '127.0.0.1', () => {
      for (const each of writes) socket.write(each)
    })
    socket.on('data', (bytes) => parts.push(bytes.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(parts.join('')))
  })
}

describe('bodies', () => {
  test('as sent, and decompressed', async () => {
    const port = await serve()
    expect(await (await post(port, 'x'.repeat(10), {}, '/?a=b?c')).text()).toBe('POST a=b?c 10')
    const zipped = gzipSync('x'.repeat(900))
    for (const coding of ['gzip', 'GZIP', 'x-gzip'])
      expect(await (await post(port, zipped, { 'content-encoding': coding })).text()).toBe(
        'POST  900',
      )
  })

  test.each([
    ['too large as sent', Buffer.alloc(maxBytes + 1), {}, 413],
    ['just not too large', Buffer.alloc(maxBytes), {}, 200],
    ['a bomb', gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }, 413],
    ['a small bomb', gzipSync(Buffer.alloc(maxBytes + 1)), { 'content-encoding': 'gzip' }, 413],
    ['no gzip', Buffer.from('plain'), { 'content-encoding': 'gzip' }, 400],
    [
      'half a gzip',
      gzipSync(Buffer.alloc(500)).subarray(0, 15),
      { 'content-encoding': 'gzip' },
      400,
    ],
    ['another coding', Buffer.from('x'), { 'content-encoding': 'br' }, 415],
    ['twice compressed', Buffer.from('x'), { 'content-encoding': 'gzip, gzip' }, 415],
  ])('%s', async (_, body, headers, status) => {
    const answer = await post(await serve(), new Uint8Array(body), headers)
    expect(answer.status).toBe(status)
    const wanted = status === 200 ? 'POST ' : 'refused: '
    expect((await answer.text()).startsWith(wanted)).toBe(true)
  })

  test('in chunks without an announced length, too large', async () => {
    const port = await serve()
    const chunk = `400\r\n${'x'.repeat(0x400)}\r\n`
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(await raw(port, head, chunk, chunk)).toContain(' 413 ')
  })

  test('all bodies together are bounded, and the sender is asked to come again', async () => {
    const port = await serve({ bodyBytes: 100 })
    expect((await post(port, 'x'.repeat(100))).status).toBe(200)
    const answer = await post(port, 'x'.repeat(101))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await post(port, 'x'.repeat(100))).status).toBe(200)
  })
})

describe('senders that take their time', () => {
  const limits = { headMs: 50, requestMs: 100, checkMs: 10 }

  test('a head that never ends', async () => {
    expect(await raw(await serve(limits), 'POST / HTTP/1.1\r\nHost: a\r\n')).toContain(' 408 ')
  })

  test('a body that never ends', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx'
    expect(await raw(await serve(limits), head)).toContain(' 408 ')
  })

  test('a connection on which nothing comes', async () => {
    expect(await raw(await serve(limits))).toContain(' 408 ')
  })
})

describe('senders that are not honest', () => {
  test('are answered by the head alone, and the body is not read as a request', async () => {
    const port = await serve()
    const smuggled = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'
    const head = `POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length + 5}\r\n\r\n`
    const back = await raw(port, head, smuggled)
    expect(back.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401'])
    expect(back.toLowerCase()).toContain('connection: close')
  })

  test('are told before they send what they hold back', async () => {
    const head = (path: string, length: number) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`
    const port = await serve()
    const refused = await raw(port, head('/early', 10))
    expect(refused).toContain(' 401 ')
    expect(refused).not.toContain('100 Continue')
    const small = `${head('/', 1).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}x`
    expect(await raw(port, small)).toMatch(/100 Continue[^]* 200 /)
  })

  test('a head without end', async () => {
    const port = await serve()
    const head = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
    expect(await raw(port, head)).toContain(' 431 ')
  })

  test.each(['NONSENSE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\0\0\0\0\r\n\r\n'])(
    'no HTTP: %j',
    async (bytes) => {
      expect(await raw(await serve(), bytes)).toContain(' 400 ')
    },
  )

  test('two lengths in one head', async () => {
    const head =
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(await raw(await serve(), head, '0\r\n\r\n')).toContain(' 400 ')
  })
})

test('a fault is told without its words, and the log has no secret', async () => {
  const answer = await post(await serve(), 'x', {}, '/fault')
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('CANARY')
  expect(logged.join('')).toContain('could not be answered')
  expect(logged.join('')).not.toContain('token=CANARY')
})

test('a fault at the head is told too, and what can be looked up later is told as that', async () => {
  const port = await serve()
  const fault = await fetch(`http://127.0.0.1:${port}/head-fault`)
  expect([fault.status, await fault.text()]).toEqual([500, expect.not.stringContaining('CANARY')])
  const later = await fetch(`http://127.0.0.1:${port}/store-away`)
  expect([later.status, later.headers.get('retry-after')]).toEqual([503, '1'])
})

test('an address that is taken is said in words', async () => {
  const port = await serve()
  const log = pinoLog('silent')
  const second = listen({ host: '127.0.0.1', port, site, log })
  await expect(second).rejects.toThrow('another program listens there already')
  await expect(second).rejects.toBeInstanceOf(Unusable)
})

test('a certificate that is none is said in words', async () => {
  const tls = { cert: 'no', key: 'no' }
  const none = listen({ host: '127.0.0.1', port: 0, site, log: pinoLog('silent'), tls })
  await expect(none).rejects.toThrow('certificate and key cannot be used')
})
