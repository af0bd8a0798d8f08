import { describe, expect, test } from 'vitest'
import { commandLine, linesOf } from '#test/command-line.ts'
import { house, source } from './house.ts'

async function doctor(url: string) {
  const { status, out, err } = await commandLine({}, ['doctor', '--json', '--url', url])
  const is = (what: string) => linesOf(out).find((line) => line['what'] === what)
  return { status, is, err }
}

const called = { kind: 'tool.called', id: 'u-1', task: 't-1' }

describe('keytrail doctor', () => {
  test('what was never heard and may be silent is unknown, not fine', async () => {
    const { url } = await house()
    const { status, is } = await doctor(url)
    expect(status).toBe(0)
    expect(is('source ledger-host')).toMatchObject({ is: 'unknown' })
    expect(is('permissions in AWS')).toMatchObject({ is: 'unknown' })
    expect(is('complete accounts')).toMatchObject({ is: 'unknown' })
    expect(is('attribution')).toMatchObject({ is: 'unknown' })
  })

  test('a source that is heard in time is fine, and so is its clock', async () => {
    const { url, post } = await house()
    await post('/v1/activities', JSON.stringify({ ...called, time: Date.now() - 1000 }))
    const { is } = await doctor(url)
    expect(is('source orchestrator')).toMatchObject({ is: 'fine' })
    expect(is('clock of orchestrator')).toMatchObject({ is: 'fine' })
  })

  test.each([
    [3_600_000, 'ahead of ours'],
    [-3_600_000, 'late'],
  ])('a clock that is %i ms off is told', async (off, says) => {
    const { url, post } = await house()
    await post('/v1/activities', JSON.stringify({ ...called, time: Date.now() + off }))
    const { status, is } = await doctor(url)
    expect([status, is('clock of orchestrator')]).toMatchObject([
      1,
      { is: 'wrong', says: expect.stringContaining(says) },
    ])
  })

  test('what is wrong is told, with what to do', async () => {
    const home = await house()
    home.sources.put(source('strict', 3, { silence: -1 }))
    await home.post('/v1/activities', '[{"kind":"x"}]')
    home.vitals = {
      notReady: 'the log is being read',
      frontiers: new Map([
        ['111122223333', { upTo: Date.now() - 7_200_000, within: 1_800_000 }],
        ['444455556666', { upTo: Infinity, within: 0 }],
      ]),
      hotKeys: [{ hop: 'correlate', partition: 2, key: '111122223333/user/ana', share: 0.758 }],
      deadLetters: [{ reason: 'is no JSON', count: 3 }],
      attribution: { agent: { claimed: 4, none: 4 }, task: { exact: 1, none: 1 } },
      deliveries: [{ to: 'pager', waiting: 0, delivered: 0, dead: 2 }],
    }
    const { status, is } = await doctor(home.url)
    expect(status).toBe(1)
    const wrong = [
      'loop',
      'source strict',
      'source orchestrator',
      'account 111122223333',
      'dead letters',
      'alerts to pager',
      'attribution, agent',
    ]
    for (const what of wrong)
      expect(is(what), what).toMatchObject({ is: 'wrong', todo: expect.any(String) })
    expect(is('partition 2 of correlate')).toMatchObject({
      is: 'fine',
      says: expect.stringContaining('at least 75 % of its messages are of 111122223333/user/ana'),
    })
    expect(is('account 444455556666')).toMatchObject({ is: 'fine' })
    expect(is('attribution, agent')?.['says']).toContain(
      'not measurable: claimed 50.0 %, none 50.0 %',
    )
    expect(is('attribution, task')).toMatchObject({ is: 'fine', says: 'exact 50.0 %, none 50.0 %' })
  })

  test('of each agent it says how well its uses are known, and every reason why not', async () => {
    const home = await house()
    home.sources.put(source('strict', 3, { silence: -1 }))
    const none = { uses: 0, keys: [] }
    const idle = {
      agent: 'idle',
      uses: { agent: {}, task: {} },
      principals: 1,
      unseen: ['111122223333/user/idle'],
      named: ['111122223333/user/idle'],
      requests: 0,
      longLived: none,
      sources: [],
    }
    const uses = { agent: { exact: 4 }, task: { corroborated: 1, none: 3 } }
    const part = { ...idle, agent: 'part', uses, sources: ['strict'] }
    const dark = { agent: { exact: 2 }, task: { none: 2 } }
    const keys = { uses: 2, keys: ['AKIAEXAMPLE1'] }
    home.vitals = {
      agents: [
        idle,
        part,
        { ...idle, agent: 'dark', uses: dark, requests: 2, longLived: keys },
        { ...idle, agent: 'known', uses: { agent: { exact: 2 }, task: { exact: 2 } } },
      ],
    }
    const { is } = await doctor(home.url)
    expect(is('agent idle')).toMatchObject({
      is: 'unknown',
      why: [
        'its principals were never seen: 111122223333/user/idle',
        'no source that sends telemetry speaks for it',
      ],
    })
    expect(is('agent part')).toMatchObject({
      is: 'fine',
      uses,
      says: 'agent exact 100.0 %; task corroborated 25.0 %, none 75.0 %; the rest is not measurable: source strict was never heard',
    })
    expect(is('agent dark')).toMatchObject({
      is: 'wrong',
      why: [
        'none of 2 reported request ids proves a use of it',
        '2 uses by long-lived keys that no one task holds: AKIAEXAMPLE1',
      ],
    })
    expect(is('agent known')).toMatchObject({ is: 'fine', why: [] })
  })

  test('nobody there, a path behind the address, and no address', async () => {
    const { url } = await house()
    const nobody = await doctor('http://127.0.0.1:1')
    expect([nobody.status, nobody.is('serve')]).toEqual([
      1,
      {
        what: 'serve',
        is: 'wrong',
        says: expect.stringMatching(/^http:\/\/127.0.0.1:1: ./),
        todo: 'is keytrail serve running there?',
      },
    ])
    // What needs no serve is looked at all the same.
    expect(nobody.is('permissions in AWS')).toMatchObject({ is: 'unknown' })
    expect((await doctor(`${url}/v1/elsewhere`)).status).toBe(0)
    expect((await doctor('file:///etc/passwd')).status).toBe(2)
  })
})
