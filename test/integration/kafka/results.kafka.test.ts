import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sendersOf } from '#infra/alert/senders.ts'
import { configFrom } from '#shared/config.ts'
import type { NewDelivery } from '#shared/ports/outbox.ts'
import { silent } from '#test/serve.ts'
import { broker } from './broker.ts'

const { kafka, fresh, contentOf } = broker(() => ({ nodes: 3 }))

/** What is delivered of one event: a finding, a step of containment, the incident. */
function delivery(incident: string, revision: number): NewDelivery {
  const id = `${incident}.${revision}`
  const events = [
    { class_uid: 2004, uid: `${id}.1` },
    { class_uid: 7001, uid: `${id}.remedy` },
    { class_uid: 2005, uid: id },
  ].map(({ class_uid, uid }) => ({
    class_uid,
    metadata: { uid },
  }))
  const body = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  return { id, to: 'bus', incident, event: 'changed', body }
}

function senderTo(topics: Readonly<Record<string, string>>) {
  const bus = { name: 'bus', kind: 'kafka', brokers: kafka().brokers, topics }
  const content = { alerts: { destinations: [bus] } }
  const { alerts } = configFrom({ file: { name: 'x', content } })
  const found = sendersOf(alerts.destinations, {
    environment: {},
    cwd: '/',
    log: silent,
    now: () => Date.now(),
  }).get('bus')
  if (!found) throw new Error('no sender')
  const sender = found
  return {
    sender,
    /** As the outbox does it: again until it is taken, those of one incident after each other. */
    all: async (deliveries: readonly NewDelivery[]): Promise<void> => {
      for (const each of deliveries)
        for (;;) {
          const sent = await sender.send({ ...each, since: 0, attempts: 0, due: 0 })
          if (sent.as === 'delivered') break
          if (sent.as === 'refused') throw new Error(sent.why)
          await sleep(100)
        }
    },
  }
}

test('incidents, findings and receipts are keyed by the incident, each in its topic', async () => {
  const [incidents, findings] = [await fresh([], 6), await fresh([], 6)]
  const { sender, all } = senderTo({ incidents: incidents.topic, findings: findings.topic })
  await all([delivery('inc-1', 1), delivery('inc-2', 1), delivery('inc-1', 2)])
  const told = await contentOf(incidents)
  expect(told.filter(({ key }) => key === 'inc-1').map(({ id }) => id)).toEqual([
    'inc-1.1',
    'inc-1.2',
  ])
  expect(
    new Set(told.filter(({ key }) => key === 'inc-1').map((each) => each.partition)).size,
  ).toBe(1)
  expect(told.find(({ id }) => id === 'inc-2.1')).toMatchObject({ key: 'inc-2' })
  // The same key lies in the partition where every client of Kafka puts it, so that topics can be joined.
  const others = await contentOf(findings)
  expect(others.map(({ id }) => id).toSorted()).toEqual(['inc-1.1.1', 'inc-1.2.1', 'inc-2.1.1'])
  for (const { key, partition } of others)
    expect(told.find((each) => each.key === key)?.partition).toBe(partition)
  await sender.close?.()
  for (const { end } of [incidents, findings]) await end()
})

test('leaders that are killed while it sends: nothing lost, each incident in order', async () => {
  const [node] = kafka().nodes
  if (!node) throw new Error('brokers of others are not disturbed: leave TEST_KAFKA out')
  const [incidents, findings, receipts] = [
    await fresh([], 6),
    await fresh([], 6),
    await fresh([], 6),
  ]
  const topics = {
    incidents: incidents.topic,
    findings: findings.topic,
    receipts: receipts.topic,
  }
  const { sender, all } = senderTo(topics)
  const each = 60
  const victims = kafka().nodes.slice(0, process.env['TEST_LONG'] === '1' ? 3 : 1)
  let isDone = false
  const names = ['a', 'b', 'c', 'd']
  const lanes = names.map(async (name) => {
    // On until the last leader has come back, so that it is killed under load.
    let revision = 0
    while (!isDone || revision < each) {
      await all([delivery(`inc-${name}`, ++revision)])
      await sleep(20)
    }
    return revision
  })
  for (const victim of victims) {
    await sleep(500)
    await victim.signal('SIGKILL')
    await sleep(1_000)
    await victim.restart()
  }
  isDone = true
  const counts = await Promise.all(lanes)
  await sender.close?.()
  const sent = counts.reduce((sum, count) => sum + count, 0)
  let repeated = 0
  for (const topic of [incidents, findings, receipts]) {
    const got = await contentOf(topic)
    const first = [
      ...new Map(got.toReversed().map((each) => [each.id, each])).values(),
    ].toReversed()
    expect(first).toHaveLength(sent)
    repeated += got.length - sent
    for (const name of names) {
      const its = first.filter(({ key }) => key === `inc-${name}`)
      const revisions = its.map(({ id }) => Number(id.split('.')[1]))
      expect(revisions).toEqual(revisions.toSorted((m, n) => m - n))
    }
  }
  process.stdout.write(
    `events sent ${3 * sent}, leaders killed ${victims.length}, lost 0, repeated ${repeated}\n`,
  )
  for (const { end } of [incidents, findings, receipts]) await end()
})

test('a topic that is not there is said in words, and tried again', async () => {
  const { sender } = senderTo({ incidents: 'no-such-topic' })
  const sent = await sender.send({ ...delivery('inc-1', 1), since: 0, attempts: 0, due: 0 })
  expect(sent).toMatchObject({ as: 'later', why: expect.stringContaining('UNKNOWN_TOPIC') })
  await sender.close?.()
})
