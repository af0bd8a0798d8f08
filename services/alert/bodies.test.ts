import { describe, expect, test } from 'vitest'
import { handleFor, type Notice } from '#shared/messages/desk.ts'
import type { Lane } from '#shared/ports/outbox.ts'
import { memoryDesk } from '#infra/memory/desk.ts'
import { memoryOutbox } from '#infra/memory/outbox.ts'
import { deskAt, findingOf, heldBy, incidentOf } from '#test/incidents.ts'
import { callWith } from '#test/calls.ts'
import { hasOcsf, ocsfProblems } from '#test/ocsf.ts'
import type { Recall } from '#services/desk/evidence.ts'
import { mailing } from './addressed.ts'
import { ocsfEvents } from './ocsf.ts'
import { pagerDutyBody } from './pagerduty.ts'
import { slackBody } from './slack.ts'
import { voiceOf } from './voice.ts'
import { linesBody, webhookBody } from './webhook.ts'

const A = handleFor('a')
const voice = voiceOf('1.2.3', [
  { id: 'secret-harvest', title: 'Secret harvest', attack: ['T1555.006', 'T1552'] },
])

/** Everything that an attacker may choose, and what he would choose. */
const canary = 'Bearer CANARY.CANARY'
const evil = `<!channel> <@U1> *b* _i_ & "q" [x](https://evil.example) \u001B[31m\u202E\u0000 ${canary} `
const long = 'L'.repeat(50_000).replaceAll('LLLLLLLLLL', 'LLLLLLLLL ')

/** A log that has a call for every record, with these words in it. */
const recalling =
  (words: string): Recall =>
  (marks) =>
    new Map(marks.map((mark, n) => [mark.id, callWith(words, mark, n)]))

/** One incident through all that may become of it; of each record that it stands on the log has the call. */
function life(words = 'read 12 secrets in 4 s'): Notice[] {
  const { hear, front, sent } = deskAt(memoryDesk(), recalling(words))
  const held = heldBy(words)
  const a = findingOf('a', { says: words, session: words, unknown: [words], tags: [words] })
  const more = findingOf('x', { severity: 'critical', detection: 'audit-tampering', holder: held })
  const title = { title: `Key ${words}.`, subject: words, unknown: [words] }
  hear(1, { r: [incidentOf([a], title)] })
  hear(100, { r: [incidentOf([a, more], { ...title, holder: held })] })
  const by = { by: words, at: 150_000 }
  front.act(A, { do: 'ack' }, by)
  const steps = [
    { does: 'evict', outcome: 'success' },
    { does: 'restore', outcome: 'pending' },
  ] as const
  for (const step of steps)
    front.contained(A, { ...by, says: words, remedy: { command: `order-${words}`, ...step } })
  front.act(A, { do: 'close', reason: 'true-positive', note: words, into: '' }, by)
  front.act(A, { do: 'reopen', note: words }, by)
  hear(200, { r: [] })
  return sent
}

const required = 'class_uid category_uid activity_id type_uid severity_id time metadata'.split(' ')
const requiredBy: Readonly<Record<number, readonly string[]>> = {
  2004: ['finding_info'],
  2005: ['finding_info_list', 'status_id'],
  7001: ['command_uid'],
  6003: ['actor', 'api', 'src_endpoint'],
}

describe('OCSF 1.8.0', () => {
  const events = (words?: string) =>
    life(words).flatMap((notice) => JSON.parse(JSON.stringify(ocsfEvents(notice, voice))))

  const wordings = [
    ['plain words', undefined],
    ["an attacker's words", evil],
    ['very long words', long],
  ] as const

  test.skipIf(!hasOcsf).each(wordings)('every event of a life fits the schema: %s', (_, words) => {
    expect(ocsfProblems(events(words))).toEqual([])
  })

  test.each(wordings)('every event of a life has what its class requires: %s', (_, words) => {
    for (const event of events(words)) {
      const wanted = [...required, ...(requiredBy[event.class_uid] ?? ['no such class'])]
      expect(wanted.filter((field) => event[field] === undefined)).toEqual([])
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id)
      expect(Number.isInteger(event.time)).toBe(true)
      const isIncident = event.class_uid === 2005
      expect((event.assignee ?? event.assignee_group) !== undefined).toBe(isIncident)
    }
  })

  test('a finding is told once, each step of containment as remediation, and the incident each time', () => {
    const told = events().map(({ class_uid, activity_id, metadata }) => [
      class_uid,
      activity_id,
      metadata.uid,
    ])
    expect(told).toEqual([
      [6003, 99, 'record-a'],
      [2004, 1, `${A}.1.1`],
      [2005, 1, `${A}.1`],
      [6003, 99, 'record-x'],
      [2004, 1, `${A}.2.1`],
      [2005, 2, `${A}.2`],
      [2005, 2, `${A}.3`],
      [7001, 2, `${A}.4.remedy`],
      [2005, 2, `${A}.4`],
      [7001, 3, `${A}.5.remedy`],
      [2005, 2, `${A}.5`],
      [2005, 3, `${A}.6`],
      [2005, 2, `${A}.7`],
      [2005, 3, `${A}.8`],
    ])
  })

  test('it names the technique, the evidence, the account, the verdict and who works on it', () => {
    const all = events().filter(({ class_uid }) => class_uid !== 6003)
    expect(all[0]).toMatchObject({
      severity_id: 3,
      cloud: { provider: 'AWS', account: { uid: '111122223333' } },
      resources: [{ uid: 'ASIAEXAMPLE00000001' }],
      finding_info: {
        uid: 'a',
        title: 'Secret harvest',
        attacks: [
          { technique: { uid: 'T1555' }, sub_technique: { uid: 'T1555.006' } },
          { technique: { uid: 'T1552' } },
        ],
        related_events: [{ uid: 'record-a' }],
      },
    })
    expect(all.at(-3)).toMatchObject({ verdict_id: 2, status_id: 5 })
    expect(all[4]).toMatchObject({ status_id: 2, assignee: { name: 'read 12 secrets in 4 s' } })
    expect(all.at(-1)).toMatchObject({ status_id: 4 })
  })
})

describe('what an attacker writes', () => {
  const bodies = (words: string) =>
    life(words).flatMap((notice) => [
      linesBody(notice, voice),
      webhookBody(notice, voice),
      slackBody(notice),
      pagerDutyBody(notice) ?? '',
    ])

  test('no secret and no control or hidden character leaves', () => {
    for (const body of bodies(evil)) {
      expect(body).not.toContain('CANARY')
      expect(JSON.stringify(body.split('\n'))).not.toMatch(/\\\\u00(0|1)|\u202E/)
    }
  })

  test('no body grows without bound', () => {
    for (const body of bodies(long)) expect(body.length).toBeLessThan(100_000)
  })

  test('a huge incident is told in part', () => {
    const many = Array.from({ length: 300 }, (_, n) => {
      const evidence = Array.from({ length: 50 }, (__, i) => ({ at: i, id: `${n}-${i}-${evil}` }))
      const key = `ASIA${n}${evil}`
      return findingOf(`f-${n}`, { says: long, evidence, count: 900, credentials: [key] })
    })
    const { hear, sent } = deskAt(memoryDesk(), recalling(`${long}${evil}`))
    hear(1, { r: [incidentOf(many)] })
    const [notice] = sent
    if (!notice) throw new Error('nothing was sent')
    expect(notice.evidence).toHaveLength(30)
    expect(webhookBody(notice, voice).length).toBeLessThan(250_000)
    expect(slackBody(notice).length).toBeLessThan(20_000)
    expect(pagerDutyBody(notice)?.length).toBeLessThan(100_000)
  })

  test('Slack reads no mention, no link and no format in it', () => {
    for (const notice of life(evil)) {
      const body = JSON.parse(slackBody(notice))
      expect(body.text).not.toMatch(/[<>]/)
      expect(body.parse).toBe('none')
      const texts = JSON.stringify(body.blocks).match(/"type":"(mrkdwn|plain_text)"/g)
      expect(new Set(texts)).toEqual(new Set(['"type":"plain_text"']))
      const lengths = (type: string): number[] =>
        body.blocks
          .filter((block: { type: string }) => block.type === type)
          .map(({ text = { text: '' } }: { text?: { text: string } }) => text.text.length)
      expect(Math.max(...lengths('header'))).toBeLessThanOrEqual(150)
      expect(Math.max(...lengths('section'))).toBeLessThanOrEqual(3000)
      const fields = body.blocks.map((block: { fields?: unknown[] }) => block.fields?.length ?? 0)
      expect(Math.max(...fields)).toBeLessThanOrEqual(10)
    }
  })
})

test('PagerDuty: one incident by its handle, and a word about a closed one opens nothing', () => {
  const said = life().map((notice) => JSON.parse(pagerDutyBody(notice) ?? 'null'))
  expect(said.map(({ event_action }) => event_action)).toEqual([
    'trigger',
    'trigger',
    'acknowledge',
    'trigger',
    'trigger',
    'resolve',
    'trigger',
    'resolve',
  ])
  expect(new Set(said.map(({ dedup_key }) => dedup_key))).toEqual(new Set([A]))
  expect(said[1].payload).toMatchObject({ severity: 'critical', class: 'secret-harvest' })
  const { hear, front, sent } = deskAt()
  hear(1, { r: [incidentOf([findingOf('a')])] })
  front.act(A, { do: 'close', reason: 'test', note: '', into: '' }, { by: 'ann', at: 2 })
  front.contained(A, { says: 'undone', by: 'keytrail', at: 3 })
  expect(sent.map(pagerDutyBody).at(-1)).toBeUndefined()
})

describe('what goes where', () => {
  const lanes: readonly Lane[] = [
    { name: 'chat', kind: 'slack', severity: 'low' },
    { name: 'lines', kind: 'file', severity: 'info' },
    { name: 'pager', kind: 'pagerduty', severity: 'high' },
    { name: 'soc', kind: 'webhook', severity: 'medium' },
  ]
  test('a destination hears of an incident once it is grave enough, and of all that becomes of it', () => {
    const outbox = memoryOutbox()
    outbox.open(lanes)
    for (const notice of life()) mailing(outbox, voice)([notice])
    const counts = outbox.counts().map(({ to, waiting }) => [to, waiting])
    expect(counts).toEqual([
      ['chat', 8],
      ['lines', 8],
      ['pager', 7],
      ['soc', 8],
    ])
    expect(outbox.due('pager', 1e15, 1)).toMatchObject([{ id: `${A}.2`, incident: A }])
  })

  test('the same notice makes the same body', () => {
    const notices = life()
    expect(notices.map((notice) => webhookBody(notice, voice))).toEqual(
      life().map((notice) => webhookBody(notice, voice)),
    )
    expect(JSON.parse(webhookBody(notices[0] as Notice, voice))).toMatchObject({
      type: 'incident.raised',
      timestamp: '1970-01-01T00:00:01.000Z',
      data: { id: `${A}.1`, incident: A, state: 'open', severity: 'medium' },
    })
  })
})
