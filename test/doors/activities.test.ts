import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bearer, house } from './house.ts'

const called = {
  kind: 'tool.called',
  id: 'u-1',
  time: 1_777_885_200_000,
  task: 't-1',
  tool: 'read',
}
const path = '/v1/activities'

describe('POST /v1/activities', () => {
  test('one item is accepted once it is logged, and stamped by the door', async () => {
    const { post, said } = await house()
    const answer = await post(path, JSON.stringify({ ...called, source: 'broker', received: 5 }))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      accepted: 1,
      refused: 0,
      items: [{ index: 0, accepted: true, id: 'u-1' }],
    })
    expect(said()).toMatchObject([{ id: 'u-1', source: 'orchestrator' }])
    expect(said()[0]?.received).toBeGreaterThan(1_700_000_000_000)
  })

  test('each item has a verdict of its own', async () => {
    const { post, said, intake } = await house()
    const items = [
      { ...called, agent: 'ledger' },
      { ...called, id: 'u-2', agent: 'payroll' },
      { kind: 'tool.called', id: 'u-3' },
      { kind: 'nonsense' },
      7,
    ]
    const answer = await post(path, JSON.stringify(items), bearer(2))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      accepted: 1,
      refused: 4,
      items: [
        { index: 0, accepted: true, id: 'u-1' },
        { index: 1, accepted: false, field: 'agent', detail: expect.stringContaining('payroll') },
        { index: 2, accepted: false, field: 'time' },
        { index: 3, accepted: false, field: 'kind' },
        { index: 4, accepted: false, field: 'kind' },
      ],
    })
    expect(said()).toHaveLength(1)
    expect(intake.logged[0]?.dead?.map(({ source, field }) => [source, field])).toEqual([
      ['ledger-host', 'agent'],
      ['ledger-host', 'time'],
      ['ledger-host', 'kind'],
      ['ledger-host', 'kind'],
    ])
  })

  test('the same item again has the same record id; that of another source has not', async () => {
    const { post, intake } = await house()
    const body = JSON.stringify({ ...called, agent: 'ledger' })
    for (const seed of [1, 1, 2]) await post(path, body, bearer(seed))
    expect(intake.logged.flatMap(({ records }) => records.map(({ record }) => record))).toEqual([
      'orchestrator/activity/tool.called/u-1',
      'orchestrator/activity/tool.called/u-1',
      'ledger-host/activity/tool.called/u-1',
    ])
  })

  test('as lines, of which a bad one spoils no other', async () => {
    const { post } = await house()
    const lines = [JSON.stringify(called), '', '{"half', JSON.stringify({ ...called, id: 'u-2' })]
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await post(path, `${lines.join('\r\n')}\n`, headers)
    expect(await answer.json()).toMatchObject({
      accepted: 2,
      refused: 1,
      items: [
        { accepted: true },
        { accepted: false, reason: 'the line is not JSON' },
        { id: 'u-2' },
      ],
    })
  })

  test.each<[string, string, Record<string, string>, number]>([
    ['not JSON', '{', {}, 400],
    ['empty', '', {}, 400],
    ['nothing accepted', '[{}]', {}, 400],
    ['an empty list', '[]', {}, 200],
    ['another agent only', JSON.stringify({ ...called, agent: 'payroll' }), bearer(2), 403],
    ['no token', '[]', { authorization: '' }, 401],
    ['a wrong token', '[]', bearer(9), 401],
    ['another type', '[]', { 'content-type': 'text/plain' }, 415],
    ['too deep', '['.repeat(300), {}, 413],
    ['too many items', `[${'7,'.repeat(30_000)}7]`, {}, 413],
  ])('%s', async (_, body, headers, status) => {
    const { post, said } = await house()
    const answer = await post(path, body, headers)
    expect(answer.status).toBe(status)
    await answer.text()
    expect(said()).toEqual([])
  })

  test('under pressure nothing is taken, and the sender is asked to come again', async () => {
    const { post, intake, said } = await house({ waitingMax: 0 })
    intake.pause()
    const busy = await post(path, JSON.stringify(called))
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1'])
    intake.resume()
    intake.break()
    const broken = await post(path, JSON.stringify(called))
    expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '10'])
    intake.mend()
    expect((await post(path, JSON.stringify(called))).status).toBe(200)
    expect(said()).toHaveLength(1)
  })

  test('a source over its rate waits; another one does not', async () => {
    const { post } = await house({ limits: { rate: 1 } })
    const many = JSON.stringify(Array.from({ length: 60 }, (_, n) => ({ ...called, id: `u-${n}` })))
    expect((await post(path, many)).status).toBe(200)
    const over = await post(path, JSON.stringify(called))
    expect(over.status).toBe(429)
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(1)
    expect((await post(path, '[]', bearer(2))).status).toBe(200)
  })
})

const Api = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.object({ post: z.looseObject({ responses: z.record(z.string(), z.unknown()) }) }),
  ),
})

describe('GET /openapi.json', () => {
  test('says what is sent and what is answered', async () => {
    const { get, post } = await house()
    const api = Api.parse(await (await get('/openapi.json')).json())
    expect(api.openapi).toMatch(/^3\.1\./)
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(api, 'api')
    const fits = (name: string, value: unknown): boolean =>
      ajv.validate({ $ref: `api#/components/schemas/${name}` }, value)
    expect([fits('Activity', called), fits('Activity', { kind: 'tool.called' })]).toEqual([
      true,
      false,
    ])
    const mixed = await post(path, JSON.stringify([called, { kind: 'x' }]))
    expect(fits('Verdicts', await mixed.json())).toBe(true)
    const wrong = await post(path, '{')
    expect(fits('Problem', await wrong.json())).toBe(true)
    expect(Object.keys(api.paths['/v1/activities']?.post.responses ?? {})).toContain(
      String(wrong.status),
    )
  })
})
