import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configFrom } from '#shared/config.ts'
import { Unusable } from '#shared/errors.ts'
import type { Delivery } from '#shared/ports/outbox.ts'
import { mayReach, reachOf } from './addresses.ts'
import { post, Unanswered, type Resolve } from './post.ts'
import { receiver, type Receiver, type Reply } from './receiver.fixture.ts'
import { silent } from '#test/serve.ts'
import { sendersOf } from './senders.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const older = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
const environment = { NEW: secret, OLD: older, PD: 'ROUTING-CANARY', SHORT: 'whsec_c2hvcnQ=' }
const delivery: Delivery = {
  id: 'inc-1.1',
  to: 'soc',
  incident: 'inc-1',
  event: 'raised',
  body: '{"a":"é"}',
  since: 0,
  attempts: 0,
  due: 0,
}

const open: Receiver[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})
async function answering(reply?: (n: number) => Reply): Promise<Receiver> {
  const one = await receiver(reply && ((_, n) => reply(n)))
  open.push(one)
  return one
}

/** The sender of a destination as the settings say it. */
function senderOf(destination: object, resolve?: Resolve) {
  const content = { alerts: { destinations: [{ name: 'soc', ...destination }] } }
  const { alerts } = configFrom({ file: { name: 'keytrail.yaml', content } })
  const options = { environment, cwd: tmpdir(), log: silent, now: () => 1_700_000_000_900 }
  const sender = sendersOf(alerts.destinations, { ...options, ...(resolve && { resolve }) }).get(
    'soc',
  )
  if (!sender) throw new Error('no sender')
  return sender
}
const webhook = (url: string, more: object = {}, resolve?: Resolve) =>
  senderOf({ kind: 'webhook', url, secrets: ['env:NEW'], allow: ['loopback'], ...more }, resolve)

describe('signed webhook', () => {
  test('has the id, the time and a signature by each secret, over exactly what is sent', async () => {
    const { url, got } = await answering()
    const sent = await webhook(url, { secrets: ['env:NEW', 'env:OLD'] }).send(delivery)
    expect(sent).toEqual({ as: 'delivered' })
    const headers = got[0]?.headers
    expect(got[0]?.body).toBe(delivery.body)
    expect(headers).toMatchObject({ 'webhook-id': 'inc-1.1', 'webhook-timestamp': '1700000000' })
    const mac = (byte: number, length: number) =>
      createHmac('sha256', Buffer.alloc(length, byte))
        .update(`inc-1.1.1700000000.${delivery.body}`)
        .digest('base64')
    expect(headers?.['webhook-signature']).toBe(`v1,${mac(7, 32)} v1,${mac(9, 24)}`)
  })

  test.each<[Reply, object]>([
    [{ status: 200 }, { as: 'delivered' }],
    [{ status: 500 }, { as: 'later', why: '127.0.0.1: status 500' }],
    [{ status: 404 }, { as: 'later' }],
    [{ status: 401 }, { as: 'later' }],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { as: 'later', afterMs: 7000 },
    ],
    [
      { status: 503, headers: { 'retry-after': new Date(1_700_000_060_900).toUTCString() } },
      { as: 'later', afterMs: 59_100 },
    ],
    [{ status: 503, headers: { 'retry-after': 'soon' } }, { as: 'later' }],
    [{ status: 400 }, { as: 'refused', why: '127.0.0.1: status 400' }],
    [{ status: 410 }, { as: 'refused' }],
    ['lost', { as: 'later' }],
    ['endless', { as: 'delivered' }],
  ])('an answer %j is %j', async (reply, expected) => {
    const { url } = await answering(() => reply)
    expect(await webhook(url).send(delivery)).toMatchObject(expected)
  })

  test('a redirect is not followed', async () => {
    const { url: inner, got } = await answering()
    const { url } = await answering(() => ({ status: 307, headers: { location: inner } }))
    const sent = await webhook(url).send(delivery)
    expect(sent).toMatchObject({ as: 'later' })
    expect(JSON.stringify(sent)).toContain('redirects are not followed')
    expect(got).toEqual([])
  })

  test('one that never answers is given up in time', async () => {
    const { url } = await answering(() => 'silent')
    const asked = post({
      url: new URL(url),
      headers: {},
      body: '',
      allow: ['loopback'],
      withinMs: 50,
    })
    await expect(asked).rejects.toThrow('did not answer in time')
    const never: Resolve = () => new Promise(() => undefined)
    const lost = post({
      url: new URL('https://slow.example/'),
      headers: {},
      body: '',
      allow: [],
      withinMs: 50,
      resolve: never,
    })
    await expect(lost).rejects.toThrow('was not resolved in time')
  })

  test('nobody there is a later, and the words do not tell the address', async () => {
    const gone = await receiver()
    await gone.close()
    const sent = await webhook(`${gone.url}?token=CANARY`).send(delivery)
    expect(sent).toEqual({ as: 'later', why: '127.0.0.1: ECONNREFUSED' })
  })
})

describe('a target in a network that is not ours to reach', () => {
  test.each<[string, string]>([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['169.254.169.254', 'never'],
    ['169.254.170.2', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['::ffff:a9fe:a9fe', 'never'],
    ['fd00:ec2::254', 'never'],
    ['fe80::1%eth0', 'never'],
    ['0.0.0.0', 'never'],
    ['::', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['2002:7f00:1::', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['not an address', 'never'],
  ])('%s is %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach)
    expect(mayReach(address, [])).toBe(reach === 'public')
    expect(mayReach(address, ['loopback', 'private'])).toBe(reach !== 'never')
  })

  test.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0/',
  ])('%s is refused', async (url) => {
    const sent = await webhook(url, { allow: [] }).send(delivery)
    expect(sent).toMatchObject({ as: 'later' })
    expect(JSON.stringify(sent)).toContain('not allowed')
  })

  test('http goes to this machine only', async () => {
    const resolve: Resolve = async () => await Promise.resolve([{ address: '8.8.8.8', family: 4 }])
    const sent = await webhook('http://soc.example/', {}, resolve).send(delivery)
    expect(JSON.stringify(sent)).toContain('use https')
  })

  test('a name is resolved once, all its addresses count, and the connection goes where it was looked', async () => {
    const { url, got } = await answering()
    const port = new URL(url).port
    let asked = 0
    const rebinding: Resolve = async () => {
      asked++
      const address = asked === 1 ? '127.0.0.1' : '169.254.169.254'
      return await Promise.resolve([{ address, family: 4 }])
    }
    const sender = webhook(`http://soc.example:${port}/in`, {}, rebinding)
    expect(await sender.send(delivery)).toEqual({ as: 'delivered' })
    expect(got[0]?.headers.host).toBe(`soc.example:${port}`)
    expect(JSON.stringify(await sender.send(delivery))).toContain('169.254.169.254')
    expect(asked).toBe(2)
    const mixed: Resolve = async () =>
      await Promise.resolve([
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ])
    const sent = await webhook('https://soc.example/', { allow: [] }, mixed).send(delivery)
    expect(JSON.stringify(sent)).toContain('10.0.0.1')
  })
})

describe('other destinations', () => {
  test('PagerDuty gets its routing key, which the stored body does not have', async () => {
    const { url, got } = await answering(() => ({ status: 202 }))
    const sender = senderOf({ kind: 'pagerduty', key: 'env:PD', url, allow: ['loopback'] })
    const body = '{"event_action":"trigger","dedup_key":"inc-1"}'
    expect(await sender.send({ ...delivery, body })).toEqual({ as: 'delivered' })
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({
      routing_key: 'ROUTING-CANARY',
      event_action: 'trigger',
      dedup_key: 'inc-1',
    })
  })

  test('the address of a Slack webhook is a secret: no word about it tells it', async () => {
    const { url, got } = await answering((n) => ({ status: n === 1 ? 503 : 200 }))
    const place = mkdtempSync(join(tmpdir(), 'keytrail-alert-'))
    const file = join(place, 'slack')
    writeFileSync(file, `${url}/T0/B0/CANARY\n`)
    const sender = senderOf({ kind: 'slack', url: `file:${file}`, allow: ['loopback'] })
    rmSync(place, { recursive: true })
    const sent = await sender.send(delivery)
    expect(sent).toEqual({ as: 'later', why: '127.0.0.1: status 503' })
    expect(await sender.send(delivery)).toEqual({ as: 'delivered' })
    expect(got[1]?.path).toBe('/in/T0/B0/CANARY')
  })

  test.each<[string, object]>([
    ['is not set', { kind: 'webhook', url: 'https://x.example', secrets: ['env:NOT_SET'] }],
    ['is too short', { kind: 'webhook', url: 'https://x.example', secrets: ['env:SHORT'] }],
    ['has another form', { kind: 'webhook', url: 'https://x.example', secrets: ['env:PD'] }],
    ['is in no file', { kind: 'pagerduty', key: 'file:/does/not/exist' }],
    ['is no address', { kind: 'slack', url: 'env:PD' }],
  ])('a secret that %s is told at the start, and not repeated', (_, destination) => {
    let told: unknown
    try {
      senderOf(destination)
    } catch (thrown) {
      told = thrown
    }
    expect(told).toBeInstanceOf(Unusable)
    expect(String(told)).toContain('destination soc')
    expect(String(told)).not.toMatch(/CANARY|c2hvcnQ/)
  })
})

describe('what was not answered', () => {
  let given: unknown
  beforeEach(async () => {
    const url = new URL('https://no.example/secret-path?CANARY')
    const resolve: Resolve = () =>
      Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))
    given = await post({ url, headers: {}, body: '', allow: [], resolve }).catch((e: unknown) => e)
  })
  test('names the host and the reason', () => {
    expect(given).toBeInstanceOf(Unanswered)
    expect(String(given)).toContain('no.example: ENOTFOUND')
    expect(String(given)).not.toContain('CANARY')
  })
})
