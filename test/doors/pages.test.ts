import { describe, expect, test } from 'vitest'
import { Unusable } from '#shared/errors.ts'
import { bearer, house, source } from './house.ts'

describe('GET /healthz', () => {
  test('a source that may be silent is quiet, and all is well', async () => {
    const { get, post } = await house()
    await post('/v1/activities', '[]')
    const answer = await get('/healthz')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      ok: true,
      sources: [
        { source: 'ledger-host', is: 'quiet', heard: false },
        { source: 'orchestrator', is: 'quiet', heard: true },
      ],
    })
  })

  test('one that must not be silent and was never heard is told after its time', async () => {
    const { get, sources } = await house()
    sources.put(source('strict', 3, { silence: -1 }))
    const answer = await get('/healthz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      ok: false,
      sources: [{}, {}, { source: 'strict', is: 'silent', heard: false }],
    })
  })

  test('an empty poll is a sign of life; a poll that failed is blindness, with its reason', async () => {
    const { get, board } = await house()
    board.expect('polls', new Map([['trail', { silence: 60 }]]), Date.now())
    board.heard('trail', Date.now())
    expect((await get('/healthz')).status).toBe(200)
    board.failed('trail', Date.now() + 1, 'AccessDenied')
    const answer = await get('/healthz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      sources: [{}, {}, { source: 'trail', is: 'failing', why: 'AccessDenied' }],
    })
  })
})

describe('GET /readyz', () => {
  test('says whether work can be done, and why not', async () => {
    const home = await house()
    expect((await home.get('/readyz')).status).toBe(200)
    home.vitals = { notReady: 'the log is read' }
    const answer = await home.get('/readyz')
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { ready: false, why: 'the log is read' },
    ])
  })
})

/** A line of the Prometheus text format. */
const line =
  /^(# (HELP|TYPE) keytrail_\w+ .+|keytrail_\w+(\{(\w+="(\\.|[^"\\])*",?)+\})? -?[\d.e+-]+)$/

describe('GET /metrics', () => {
  test('is the text format, and shows what is known', async () => {
    const home = await house()
    home.sources.put(source('odd" name\n', 4))
    home.vitals = {
      loop: { position: 7, emittedThrough: 5, waiting: 3, refused: 1 },
      frontiers: new Map([['111122223333', { upTo: Date.now() - 60_000, within: 1_800_000 }]]),
      deadLetters: [{ reason: 'is no JSON', count: 2 }],
      attribution: { agent: { exact: 3, none: 1 }, task: { none: 0 } },
      hotKeys: [
        { hop: 'correlate', partition: 2, key: '111122223333/role/x/password=open', share: 0.75 },
      ],
      findings: [{ reason: 'reuse', count: 1 }],
      incidents: [{ reason: 'open', count: 1 }],
      deliveries: [
        {
          to: 'pager',
          waiting: 1,
          delivered: 4,
          dead: 2,
          oldest: Date.now() - 90_000,
          sending: { attempts: { delivered: 4, failed: 3, dead: 2 }, resting: true },
        },
        { to: 'old', waiting: 0, delivered: 0, dead: 1 },
      ],
      containment: {
        orders: [{ reason: 'applied', count: 2 }],
        steps: {
          applied: {
            atMost: new Map([
              [10, 1],
              [1, 0],
            ]),
            sum: 4.5,
            count: 2,
          },
        },
      },
    }
    await home.post('/v1/activities', '[{"kind":"x"}]')
    await home.post('/v1/activities', '[]', bearer(9))
    const answer = await home.get('/metrics')
    expect(answer.headers.get('content-type')).toContain('version=0.0.4')
    const text = await answer.text()
    for (const each of text.trimEnd().split('\n')) expect(each).toMatch(line)
    for (const each of [
      'keytrail_source_blind{source="odd\\" name\\n"} 0',
      'keytrail_sources_blind 0',
      'keytrail_door_turned_away_total{status="401"} 1',
      'keytrail_log_lag_batches 2',
      'keytrail_dead_letters_total{reason="is no JSON"} 2',
      'keytrail_attribution_share{level="agent",rank="exact"} 0.75',
      'keytrail_partition_hot_key_share{hop="correlate",partition="2",key="111122223333/role/x/password=[redacted]"} 0.75',
      'keytrail_findings{detection="reuse"} 1',
      'keytrail_incidents{state="open"} 1',
      'keytrail_deliveries_waiting{to="pager"} 1',
      'keytrail_deliveries_oldest_age_seconds{to="old"} 0',
      'keytrail_deliveries_dead{to="pager"} 2',
      'keytrail_delivery_attempts_total{to="pager",end="failed"} 3',
      'keytrail_delivery_resting{to="pager"} 1',
      'keytrail_containment_orders{state="applied"} 2',
      '# TYPE keytrail_containment_step_seconds histogram',
      'keytrail_containment_step_seconds_bucket{step="applied",le="1"} 0\nkeytrail_containment_step_seconds_bucket{step="applied",le="10"} 1',
      'keytrail_containment_step_seconds_bucket{step="applied",le="+Inf"} 2',
      'keytrail_containment_step_seconds_sum{step="applied"} 4.5',
      'keytrail_build_info{version="test"} 1',
    ])
      expect(text).toContain(`${each}\n`)
    expect(text).toMatch(/keytrail_frontier_age_seconds\{scope="111122223333"\} 6\d\./)
    expect(text).toMatch(/source_items_refused_total\{source="orchestrator",reason=".+"\} 1/)
  })

  test('what nobody told is not shown as 0', async () => {
    const { get } = await house()
    const text = await (await get('/metrics')).text()
    for (const name of ['log_', 'frontier', 'findings', 'incidents', 'containment', 'attribution'])
      expect(text).not.toContain(`keytrail_${name}`)
  })
})

describe('who may see details', () => {
  test.each(['evil.example', 'evil.example:4318', '10.0.0.1'])(
    'not a page whose name was pointed here: %s',
    async (host) => {
      const { url } = await house()
      // fetch refuses to send another Host, so this is written by hand.
      const { request } = await import('node:http')
      const get = async (path: string, headers: object): Promise<[number | undefined, string]> =>
        await new Promise((resolve, reject) => {
          request(`${url}${path}`, { headers: { host, ...headers } }, (answer) => {
            let body = ''
            answer.on('data', (bytes: Buffer) => (body += bytes.toString()))
            answer.on('end', () => resolve([answer.statusCode, body]))
          })
            .on('error', reject)
            .end()
        })
      expect((await get('/metrics', {}))[0]).toBe(401)
      expect((await get('/metrics', bearer(1)))[0]).toBe(200)
      expect((await get('/healthz', {}))[1]).toBe('{"ok":true}')
    },
  )

  test('only GET, and what there is', async () => {
    const { post, get } = await house()
    expect((await post('/healthz', '')).status).toBe(405)
    expect((await get('/v1/traces')).status).toBe(405)
    expect((await get('/__proto__')).status).toBe(404)
    expect((await get('/constructor')).status).toBe(404)
  })
})

describe('an address that others reach', () => {
  test('is refused without TLS', async () => {
    await expect(house({ host: '0.0.0.0' })).rejects.toBeInstanceOf(Unusable)
    await expect(house({ host: '0.0.0.0' })).rejects.toThrow('in the clear')
  })

  test('is refused without tokens, even behind TLS', async () => {
    const open = house({ host: '0.0.0.0', plain: true, anonymous: 'anyone' })
    await expect(open).rejects.toThrow('every source needs a token')
  })
})

test('on this machine, sources without tokens may be let in under one name', async () => {
  const { url, post, said } = await house({ anonymous: 'local' })
  const body = JSON.stringify({
    kind: 'tool.called',
    id: 'u-1',
    time: 1_777_885_200_000,
    task: 't-1',
  })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1/activities`, { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
  expect(said()).toMatchObject([{ source: 'local' }])
  expect((await post('/v1/activities', '[]', bearer(9))).status).toBe(401)
})
