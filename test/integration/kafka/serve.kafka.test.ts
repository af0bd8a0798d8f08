import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { batchFrom, type Batch } from '#services/serve/batch.ts'
import { keytrailIn, type Served } from '#test/demo/keytrail.ts'
import { broker } from './broker.ts'
import { deed, trail } from '#test/trail.ts'

const { kafka, fresh, contentOf } = broker()

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** A folder with settings that read these topics. */
async function installed(topics: readonly object[], results?: object) {
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-'))
  closing.push(() => rm(folder, { recursive: true }))
  const brokers = [...kafka().brokers]
  const bus = { name: 'bus', kind: 'kafka', brokers, topics: results }
  const settings = {
    http: { port: 0 },
    topics: topics.map((each) => ({ brokers, ...each })),
    ...(results && { alerts: { destinations: [bus] } }),
  }
  await writeFile(join(folder, 'keytrail.yaml'), stringify(settings))
  const keytrail = keytrailIn(folder, {})
  return {
    ...keytrail,
    serve: async (): Promise<Served> => {
      const served = await keytrail.serve()
      closing.push(served.stop)
      return served
    },
    /** What was logged, in order. */
    logged: (): readonly Batch[] => {
      const data = openBeside(join(folder, 'keytrail.db'), 'refuse')
      try {
        return [...data.journal.read(0)].map(({ body }) => batchFrom(body))
      } finally {
        data.close()
      }
    },
  }
}

const status = async ({ url }: Served, page: string): Promise<Response> =>
  await fetch(`${url}${page}`)

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(50)
}

/** What the exporter of OpenTelemetry sends for one tool call: the bytes that the Collector writes to its topic too. */
async function exported(): Promise<Buffer> {
  const server = createServer((request, response) => void answer(request, response))
  let body: Buffer | undefined
  const answer = async (
    request: Parameters<typeof buffer>[0],
    response: { end: () => void },
  ): Promise<void> => {
    body = await buffer(request)
    response.end()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` })
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'read',
    'gen_ai.task.id': 't-1',
    'gen_ai.agent.id': 'ledger',
    'aws.request_id': '3d6f0a7e-5b1c-4c8e-9f2a-000000000001',
  }
  provider.getTracer('test').startSpan('execute_tool read', { attributes }).end()
  await provider.forceFlush()
  await provider.shutdown()
  server.close()
  if (!body) throw new Error('nothing was exported')
  return body
}

test('records, spans and activities of topics become incidents, which go to a topic, and are told in health and metrics', async () => {
  const [records, spans, reports] = [await fresh(), await fresh(), await fresh()]
  const told = await fresh()
  for (const { end } of [records, spans, reports, told]) closing.push(end)
  const topics = [
    { name: 'trail', topic: records.topic, format: 'cloudtrail', silence: 900 },
    {
      name: 'collector',
      topic: spans.topic,
      format: 'otlp_proto',
      signal: 'traces',
      agents: ['ledger'],
    },
    { name: 'orchestrator', topic: reports.topic, format: 'activities', agents: ['*'] },
  ]
  const installation = await installed(topics, { incidents: told.topic })
  const served = await installation.serve()
  await records.append(1, [JSON.stringify({ Records: [deed] }), 'no record'])
  await spans.append(0, [await exported()])
  const task = { kind: 'task.started', id: 's-1', time: '2026-05-04T08:00:00Z', task: 't-1' }
  await reports.append(1, [JSON.stringify({ ...task, agent: 'ledger' })])
  const taken = (): Promise<boolean> =>
    status(served, '/metrics')
      .then((answer) => answer.text())
      .then((text) =>
        ['trail', 'collector', 'orchestrator'].every((name) =>
          text.includes(`keytrail_source_items_taken_total{source="${name}"} 1\n`),
        ),
      )
  await until(taken)
  const incidents = async (): Promise<string> =>
    (await installation.run('incidents', 'list', '--json')).out
  await until(async () => (await incidents()) !== '')
  const incident = JSON.parse((await incidents()).split('\n')[0] ?? '') as { id: string }
  expect(incident).toMatchObject({ type: 'incident', credentials: ['AKIAEXAMPLE000000001'] })
  await until(async () => (await contentOf(told)).length > 0)
  const [first] = await contentOf(told)
  expect(first).toMatchObject({ key: incident.id, id: `${incident.id}.1` })
  expect(JSON.parse(first?.value ?? '')).toMatchObject({ class_uid: 2005 })
  const metrics = await (await status(served, '/metrics')).text()
  expect(metrics).toContain('keytrail_source_behind_messages{source="trail"} 0\n')
  expect(metrics).toMatch(
    /^keytrail_source_partition_behind_messages\{source="trail",partition="0"\} 0$/m,
  )
  expect(metrics).toContain('keytrail_source_brought_timestamp_seconds{source="trail"} ')
  expect(metrics).toContain('keytrail_dead_letters_total{reason="text that is no JSON"} 1\n')
  expect(await (await status(served, '/healthz')).json()).toMatchObject({ ok: true })
  const report = (await (await status(served, '/status.json')).json()) as { sources: object[] }
  expect(report.sources.find((each) => 'source' in each && each.source === 'trail')).toMatchObject({
    isCounted: true,
    behind: 0,
    brings: 900,
  })
  expect((await status(served, '/readyz')).status).toBe(200)
  const logged = installation.logged().flatMap((batch) => batch.records)
  expect(logged.flatMap(({ activities }) => activities)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'tool.called', agent: 'ledger', source: 'collector' }),
      expect.objectContaining({ kind: 'task.started', source: 'orchestrator' }),
    ]),
  )
})

test('killed again and again while it reads: nothing lost, nothing twice, 1 % poison set aside', async () => {
  const partitions = 3
  const topic = await fresh([], partitions)
  closing.push(topic.end)
  const installation = await installed([
    { name: 'trail', topic: topic.topic, format: 'cloudtrail' },
  ])
  let produced = 0
  let poison = 0
  const produce = async (): Promise<void> => {
    for (let partition = 0; partition < partitions; partition++) {
      const values = Array.from({ length: 99 }, () => JSON.stringify(trail(++produced)))
      await topic.append(partition, values.toSpliced(poison++ % 99, 0, '{"half":'))
    }
  }
  const kills = 4
  for (let kill = 0; kill < kills; kill++) {
    const served = await installation.serve()
    await produce()
    await sleep(20 * kill)
    await served.kill()
    await produce()
  }
  const served = await installation.serve()
  const all = () => installation.logged()
  const letters = (): number => all().flatMap(({ dead }) => dead).length
  const ids = (): string[] => all().flatMap(({ records }) => records.map(({ record }) => record))
  await until(() => ids().length >= produced && letters() >= poison)
  expect(await served.stop()).toBe(0)
  const lost = produced - new Set(ids()).size
  const doubled = ids().length - new Set(ids()).size
  process.stdout.write(
    `records in ${produced}, poison ${poison}, kills ${kills}, lost ${lost}, doubled ${doubled}\n`,
  )
  expect([lost, doubled, letters() - poison]).toEqual([0, 0, 0])
})

test('while the broker is gone health says so, and reading goes on where it was once it is back', async () => {
  const topic = await fresh([], 1)
  closing.push(topic.end)
  const installation = await installed([
    { name: 'trail', topic: topic.topic, format: 'cloudtrail' },
  ])
  const served = await installation.serve()
  await topic.append(0, [JSON.stringify(trail(1))])
  const count = (): number => installation.logged().flatMap(({ records }) => records).length
  await until(() => count() === 1)
  const [node] = kafka().nodes
  if (!node) throw new Error('a broker of others is not disturbed: leave TEST_KAFKA out')
  await node.signal('SIGKILL')
  const health = async () => {
    const answer = await status(served, '/healthz')
    const { sources } = (await answer.json()) as { sources: { is: string; why?: string }[] }
    return { status: answer.status, source: sources[0] }
  }
  await until(async () => (await health()).status === 503)
  expect((await health()).source).toMatchObject({ source: 'trail', is: 'failing' })
  expect((await status(served, '/readyz')).status).toBe(200)
  await node.restart()
  await topic.append(0, [JSON.stringify(trail(2)), JSON.stringify(trail(3))])
  await until(() => count() === 3)
  await until(async () => (await health()).status === 200)
})
