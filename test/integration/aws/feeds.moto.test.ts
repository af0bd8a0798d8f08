import { readFileSync } from 'node:fs'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3Buckets } from '#infra/aws/buckets.ts'
import { iamClient, s3Client, sqsClient } from '#infra/aws/clients.ts'
import { sqsQueue } from '#infra/aws/queue.ts'
import type { QueuedMessage } from '#shared/ports/queue.ts'
import { startMoto } from './moto.ts'

const region = 'us-east-1'
/** Account that moto plays when it is told nothing else. */
const account = '123456789012'
const key = `AWSLogs/${account}/CloudTrail/us-east-1/2026/05/04/x.json.gz`
/** Calls that moto lets pass before it asks for permissions: as many as the administrator makes. */
const freely = 1_000

type Policy = { readonly Statement: readonly { Action: string | string[] }[] }

const page = readFileSync(new URL('../../../docs/connect-aws.md', import.meta.url), 'utf8')
const onPage = (): Policy => {
  const text = page.split('```json feeds\n')[1]?.split('```')[0] ?? ''
  return JSON.parse(text.replaceAll('111122223333', account)) as Policy
}

const actionsOf = ({ Statement }: Policy): string[] => Statement.flatMap(({ Action }) => Action)

const without = (policy: Policy, action: string): Policy => ({
  ...policy,
  Statement: policy.Statement.map((each) => {
    const left = [each.Action].flat().filter((one) => one !== action)
    // A statement must name something.
    return { ...each, Action: left.length > 0 ? left : 'sqs:ListQueues' }
  }),
})

async function world() {
  const moto = await startMoto()
  const access = {
    endpoint: moto.url,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: 'AKIAADMINISTRATOR', secretAccessKey: 'x' },
  }
  const [iam, sqs, s3] = [iamClient(access), sqsClient(access, region), s3Client(access, region)]
  await iam.send(new CreateUserCommand({ UserName: 'reader' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }))
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'keytrail-files' }))
  for (const Bucket of ['my-trail', 'another']) await s3.send(new CreateBucketCommand({ Bucket }))
  for (const [Bucket, Key] of [
    ['my-trail', key],
    ['my-trail', 'private'],
    ['another', key],
  ])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  const reader = {
    ...access,
    credentials: {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    },
  }
  const [queue, buckets] = [sqsQueue(reader, region, QueueUrl), s3Buckets(reader, region)]
  return {
    queue,
    buckets,
    close: async () => {
      for (const each of [queue, buckets]) each.close()
      for (const each of [iam, sqs, s3]) each.destroy()
      await moto.close()
    },
    /** Gives the reader a policy and a message, and the queue another one. */
    prepare: async (policy: Policy) => {
      await moto.guard(freely)
      const PolicyDocument = JSON.stringify(policy)
      const its = { UserName: 'reader', PolicyName: 'feeds', PolicyDocument }
      await iam.send(new PutUserPolicyCommand(its))
      const send = new SendMessageCommand({ QueueUrl, MessageBody: 'x' })
      await sqs.send(send)
      const [message] = await queue.receive(60)
      if (!message) throw new Error('no message')
      // Another one, so that nobody waits for one that does not come.
      await sqs.send(send)
      await moto.guard(0)
      return message
    },
  }
}

let here: Awaited<ReturnType<typeof world>> | undefined
beforeAll(async () => void (here = await world()))
afterAll(async () => await here?.close())

/** Every call that reading a queue makes, by the action that it needs; whether it was allowed. */
async function allowed(message: QueuedMessage): Promise<Record<string, boolean>> {
  if (!here) throw new Error('no moto')
  const { queue, buckets } = here
  const may = async (call: () => Promise<unknown>): Promise<boolean> =>
    await call().then(
      () => true,
      () => false,
    )
  return {
    'sqs:ReceiveMessage': await may(async () => await queue.receive(60)),
    'sqs:ChangeMessageVisibility': await may(async () => await queue.hide(message, 60)),
    'sqs:GetQueueAttributes': await may(async () => await queue.counts()),
    's3:GetObject': await may(async () => await buckets.fetch({ bucket: 'my-trail', key })),
    'sqs:DeleteMessage': await may(async () => await queue.remove(message)),
  }
}

test('the policy of the page for queues suffices, and what it does not name is denied', async () => {
  const policy = onPage()
  const message = await here?.prepare(policy)
  if (!here || !message) throw new Error('no moto')
  const may = await allowed(message)
  expect(may).toEqual(Object.fromEntries(actionsOf(policy).map((action) => [action, true])))
  for (const place of [
    { bucket: 'my-trail', key: 'private' },
    { bucket: 'another', key },
  ])
    await expect(here.buckets.fetch(place)).rejects.toThrow('the reader role needs s3:GetObject')
})

test.each(actionsOf(onPage()))('%s is needed', async (action) => {
  const message = await here?.prepare(without(onPage(), action))
  if (!message) throw new Error('no moto')
  const denied = Object.entries(await allowed(message)).filter(([, may]) => !may)
  expect(denied.map(([name]) => name)).toEqual([action])
})
