import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { bearer, house, tokenOf } from './house.ts'

const called = { kind: 'tool.called', id: 'u-1', time: 1_777_885_200_000, task: 't-1' }
const path = '/v1/activities'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** What comes back for these bytes, until the server closes. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return await new Promise((resolve) => {
    const parts: string[] = []
    const socket = connect(Number(port), hostname, () => socket.write(text))
    sockets.push(socket)
    socket.on('data', (bytes) => parts.push(bytes.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(parts.join('')))
  })
}

const request = (headers: readonly string[], body: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    'Connection: close',
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

describe('who pretends', () => {
  test('of two tokens the first counts, so a proxy and the door see the same', async () => {
    const { url, said } = await house()
    const [good, bad] = [1, 9].map((seed) => `Authorization: Bearer ${tokenOf(seed)}`)
    const body = JSON.stringify(called)
    expect(await raw(url, request([bad ?? '', good ?? ''], body))).toContain(' 401 ')
    expect(said()).toEqual([])
    expect(await raw(url, request([good ?? '', bad ?? ''], body))).toContain(' 200 ')
  })

  test('of two agents in one object that is judged which is stored', async () => {
    const { post, said } = await house()
    const item = JSON.stringify(called).slice(0, -1)
    const last = await post(path, `${item},"agent":"ledger","agent":"payroll"}`, bearer(2))
    expect(last.status).toBe(403)
    await post(path, `${item},"agent":"payroll","agent":"ledger"}`, bearer(2))
    await post(path, `${item},"agentId":"payroll","agent":"ledger"}`, bearer(2))
    expect(new Set(said().map(({ agent }) => agent))).toEqual(new Set(['ledger']))
  })

  test.each(['Ledger', 'ledger ', 'ledger\u200B', 'l\u0435dger', 'ledger/../payroll', '*'])(
    'a name that only looks like its agent: %j',
    async (agent) => {
      const { post, said } = await house()
      const answer = await post(path, JSON.stringify({ ...called, agent }), bearer(2))
      expect([answer.status, said()]).toEqual([403, []])
    },
  )

  test('a removed or rotated token ends at once, also on an open connection', async () => {
    const { post, sources } = await house()
    expect((await post(path, '[]', bearer(2))).status).toBe(200)
    sources.remove('ledger-host')
    expect((await post(path, '[]', bearer(2))).status).toBe(401)
  })

  test('a source without agents may say nothing of any', async () => {
    const { post, sources, said } = await house()
    const [row] = sources.all()
    if (row) sources.put({ ...row, agents: [] })
    const answer = await post(path, JSON.stringify({ ...called, agent: 'ledger' }), bearer(2))
    expect([answer.status, said()]).toEqual([403, []])
  })
})

describe('who wants to change the program', () => {
  test('names of prototypes are names', async () => {
    const { post } = await house()
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const poison = `{"polluted":"yes","prototype":{"polluted":"yes"}}`
      const item = JSON.stringify(called).slice(0, -1)
      await post(path, `${item},"${name}":${poison}}`)
      await post(path, `{"${name}":${poison}}`)
      await post(path, JSON.stringify({ ...called, kind: name }))
      const attributes = [{ key: name, value: { stringValue: 'yes', [name]: 1 } }]
      const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes }
      const body = {
        resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }],
      }
      expect((await post('/v1/traces', JSON.stringify(body))).status).toBeLessThan(500)
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('who wants to exhaust', () => {
  test('connections that never finish a head do not keep others out', async () => {
    const { url, post } = await house()
    for (let n = 0; n < 200; n++) void raw(url, `POST ${path} HTTP/1.1\r\nHost: a\r\nX: `)
    expect((await post(path, JSON.stringify(called))).status).toBe(200)
  })

  test('a body without a token is not read', async () => {
    const { url } = await house()
    const head = request(['Authorization: Bearer x'], '').replace('Length: 0', 'Length: 16000000')
    expect(await raw(url, head)).toContain(' 401 ')
  })

  test.each<[string, string | Uint8Array<ArrayBuffer>, string, string]>([
    ['a bomb', new Uint8Array(gzipSync(Buffer.alloc(100_000_000))), '/v1/traces', 'json'],
    [
      'a bomb as protobuf',
      new Uint8Array(gzipSync(Buffer.alloc(50_000_000, 18))),
      '/v1/logs',
      'x-protobuf',
    ],
    ['lists in lists', '['.repeat(1_000_000), path, 'json'],
    ['objects in objects', '{"a":'.repeat(100_000), '/v1/traces', 'json'],
    ['millions of empty objects', `[${'{},'.repeat(1_500_000)}{}]`, path, 'json'],
    [
      'millions of empty spans',
      '{"resourceSpans":[' + '{},'.repeat(1_500_000) + '{}]}',
      '/v1/traces',
      'json',
    ],
    [
      'millions of empty messages',
      new Uint8Array(2_200_000).map((_, n) => (n % 2 ? 0 : 10)),
      '/v1/traces',
      'x-protobuf',
    ],
    ['millions of lines', '7\n'.repeat(1_000_000), path, 'x-ndjson'],
  ])('%s', async (_, body, to, type) => {
    const { post, said } = await house()
    const zipped = typeof body !== 'string' && body[0] === 0x1f
    const answer = await post(to, body, {
      'content-type': `application/${type}`,
      ...(zipped && { 'content-encoding': 'gzip' }),
    })
    expect([answer.status, said()]).toEqual([413, []])
  })

  test('reasons, sources and dead letters are bounded, whatever is sent', async () => {
    const { post, board, intake } = await house()
    const many = Array.from({ length: 5000 }, (_, n) => ({ kind: `kind-${n}` }))
    await post(path, JSON.stringify(many))
    await post(path, JSON.stringify(many.map((_, n) => ({ ...called, id: n, [`f-${n}`]: n }))))
    const states = board.states()
    expect(states).toHaveLength(2)
    for (const { refused } of states) expect(refused.size).toBeLessThanOrEqual(33)
    for (const { dead = [] } of intake.logged) expect(dead.length).toBeLessThanOrEqual(20)
  })

  test('what is refused again and again makes no new dead letters', async () => {
    const { post, intake } = await house()
    for (let n = 0; n < 5; n++) await post(path, JSON.stringify([{ kind: `kind-${n}` }]))
    const ids = intake.logged.flatMap(({ dead = [] }) => dead.map(({ id }) => id))
    expect([ids.length > 0, new Set(ids).size <= 2]).toEqual([true, true])
  })
})
