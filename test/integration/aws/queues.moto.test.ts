import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { s3Buckets } from '#infra/aws/buckets.ts'
import { s3Client, sqsClient } from '#infra/aws/clients.ts'
import { sqsQueue } from '#infra/aws/queue.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { batchFrom } from '#services/serve/batch.ts'
import { bucketsContract, queueContract } from '#test/contracts/queue.ts'
import { keytrailIn } from '#test/demo/keytrail.ts'
import { startMoto } from './moto.ts'
import { deed, trail } from '#test/trail.ts'

const region = 'us-east-1'
const opened: { moto?: Awaited<ReturnType<typeof startMoto>> } = {}
beforeAll(async () => void (opened.moto = await startMoto()))
afterAll(async () => await opened.moto?.close())

const secrets = { AWS_ACCESS_KEY_ID: 'AKIAMOTO', AWS_SECRET_ACCESS_KEY: 'moto' }
const accessNow = () => {
  if (!opened.moto) throw new Error('no moto')
  const credentials = {
    accessKeyId: secrets.AWS_ACCESS_KEY_ID,
    secretAccessKey: secrets.AWS_SECRET_ACCESS_KEY,
  }
  return { endpoint: opened.moto.url, allowOtherEndpoint: true, credentials }
}

let made = 0

async function freshQueue() {
  const client = sqsClient(accessNow(), region)
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `queue-${made++}` }),
  )
  const send = async (MessageBody: string): Promise<void> =>
    void (await client.send(new SendMessageCommand({ QueueUrl, MessageBody })))
  return { url: QueueUrl, send, end: () => client.destroy() }
}

async function freshBucket() {
  const client = s3Client(accessNow(), region)
  const Bucket = `trail-${made++}`
  await client.send(new CreateBucketCommand({ Bucket }))
  const put = async (Key: string, Body: Uint8Array): Promise<void> =>
    void (await client.send(new PutObjectCommand({ Bucket, Key, Body })))
  return { client, bucket: Bucket, put }
}

queueContract('SQS of moto', async () => {
  const { url, send, end } = await freshQueue()
  const queue = sqsQueue(accessNow(), region, url)
  return {
    queue,
    send,
    pass: async (seconds) => await sleep(seconds * 1000),
    end: async () => {
      queue.close()
      end()
      await Promise.resolve()
    },
  }
})

bucketsContract('S3 of moto', async () => {
  const { bucket, put } = await freshBucket()
  return { buckets: s3Buckets(accessNow(), region), bucket, put }
})

test('a queue that is not there is said in words', async () => {
  const { url } = await freshQueue()
  const queue = sqsQueue(accessNow(), region, `${url}-none`)
  await expect(queue.receive(30)).rejects.toThrow('there is no such queue')
  queue.close()
})

test('files that S3 tells of, and calls that EventBridge sends, become incidents; killed in between, nothing is lost', async () => {
  const access = accessNow()
  const [files, calls, trailBucket] = [await freshQueue(), await freshQueue(), await freshBucket()]
  const { client, bucket, put } = trailBucket
  const name = files.url.split('/').at(-1)
  const QueueArn = `arn:aws:sqs:${region}:123456789012:${name}`
  const QueueConfigurations = [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }]
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations },
    }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-'))
  const queues = [
    { name: 'files', url: files.url, region, holds: 'files', buckets: [bucket] },
    { name: 'calls', url: calls.url, region, holds: 'calls', silence: 900 },
  ]
  const aws = { endpoint: access.endpoint, allowOtherEndpoint: true, queues }
  await writeFile(join(folder, 'keytrail.yaml'), stringify({ http: { port: 0 }, aws }))
  const keytrail = keytrailIn(folder, secrets)
  const logged = () => {
    const data = openBeside(join(folder, 'keytrail.db'), 'refuse')
    const batches = [...data.journal.read(0)].map(({ body }) => batchFrom(body))
    data.close()
    return batches
  }
  const ids = (): Set<string> =>
    new Set(logged().flatMap(({ records }) => records.map(({ record }) => record)))
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await holds())) await sleep(50)
  }
  const first = await keytrail.serve()
  const file = (from: number): Buffer =>
    gzipSync(JSON.stringify({ Records: Array.from({ length: 50 }, (_, n) => trail(from + n)) }))
  await put('AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/04/a b+ü.json.gz', file(100))
  await until(() => ids().size > 0)
  await put('AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/04/c.json.gz', file(150))
  await first.kill()
  await put('AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/04/d.json.gz', file(200))
  await calls.send(
    JSON.stringify({
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.iam',
      detail: deed,
    }),
  )
  const second = await keytrail.serve()
  // What the first one had in hand when it died, or what is sent to where it was, is given again later.
  await until(() => ids().size === 151)
  const incidents = async () => (await keytrail.run('incidents', 'list', '--json')).out
  await until(async () => (await incidents()) !== '')
  const metrics = await (await fetch(`${second.url}/metrics`)).text()
  expect(metrics).toContain('keytrail_source_behind_messages{source="files"} ')
  const health = await (await fetch(`${second.url}/healthz`)).json()
  expect(health).toMatchObject({ ok: true })
  const report = await (await fetch(`${second.url}/status.json`)).json()
  expect(report).toMatchObject({
    sources: [
      { source: 'calls', isCounted: true, brings: 900, sent: expect.any(Number) },
      { source: 'files', isCounted: true, brings: null, inHand: expect.any(Number) },
    ],
  })
  expect(await second.stop()).toBe(0)
  expect(logged().flatMap(({ dead }) => dead)).toEqual([])
  await rm(folder, { recursive: true })
})
