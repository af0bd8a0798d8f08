import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { awsPermissions } from '#infra/aws/permissions.ts'
import { createFakeAws } from '#infra/fake-aws/fake-aws.ts'
import { commandLine, linesOf } from '#test/command-line.ts'
import { house } from '#test/doors/house.ts'
import { noMachine, noQueues } from '#test/machine.ts'

const account = '111122223333'
const page = readFileSync(new URL('../../../docs/connect-aws.md', import.meta.url), 'utf8')

type Statement = { Effect: string; Action: string | string[]; Resource: string | string[] }
type Document = { Version: string; Statement: Statement[] }

/** The policy that stands on the page under this word. */
const documentOf = (word: string): Document =>
  JSON.parse(page.split(`\`\`\`json ${word}\n`)[1]?.split('```')[0] ?? '') as Document

const actionsOf = ({ Statement }: Document): string[] => Statement.flatMap(({ Action }) => Action)

const without = (left: string): Document => {
  const whole = documentOf('feeds')
  return {
    ...whole,
    Statement: whole.Statement.map((each) => ({
      ...each,
      Action: [each.Action].flat().filter((action) => action !== left),
    })).filter(({ Action }) => Action.length > 0),
  }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const files = {
  name: 'files',
  url: `https://sqs.eu-west-1.amazonaws.com/${account}/keytrail-files`,
  holds: 'files',
  buckets: ['my-trail'],
}

/** What doctor says of the reader of a queue that has this policy, besides the right to ask. */
async function said(policy: Document | undefined, queue: object = files, mayAsk = true) {
  const aws = await createFakeAws({ seed: 7, now: () => 0, propagation: [0, 0] })
  closing.push(() => aws.close())
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  })
  const reader = aws.addRole(account, { name: 'keytrail-reader', trust })
  const give = (name: string, document: Document): void =>
    aws.setPolicy(account, 'role/keytrail-reader', name, JSON.stringify(document))
  if (policy) give('feeds', policy)
  if (mayAsk) give('doctor', documentOf('doctor'))
  const {
    key,
    secret,
    token = '',
  } = aws.assumeRole(
    { service: 'ec2.amazonaws.com' },
    { RoleArn: reader.arn, RoleSessionName: 'keytrail' },
  )
  const permissions = () =>
    awsPermissions({
      endpoint: aws.url,
      allowOtherEndpoint: true,
      credentials: { accessKeyId: key, secretAccessKey: secret, sessionToken: token },
    })
  const refuse = () => {
    throw new Error('doctor reads nothing and cuts nothing')
  }
  const cloud = { ...noQueues, history: refuse, actuator: refuse, permissions }
  const machine = { ...noMachine, cloud: async () => await Promise.resolve(cloud) }
  const home = await house()
  const settings = { 'keytrail.yaml': JSON.stringify({ aws: { queues: [queue] } }) }
  const doctor = async () => {
    const argv = ['doctor', '--json', '--url', home.url]
    const { out } = await commandLine(settings, argv, false, machine)
    const what = 'permissions of the reader of queue files'
    return linesOf(out).find((line) => line['what'] === what)
  }
  return { check: await doctor(), doctor, home }
}

test('with the policy of the page the reader of a queue is fine, and of each action less doctor says so', async () => {
  const { check } = await said(documentOf('feeds'))
  expect(check).toMatchObject({ is: 'fine', says: expect.stringContaining('all 5 actions') })
  const actions = actionsOf(documentOf('feeds'))
  expect(actions).toHaveLength(5)
  for (const action of actions) {
    const { check: less } = await said(without(action))
    expect([action, less]).toMatchObject([action, { is: 'wrong', todo: expect.any(String) }])
    expect(less?.['says']).toContain(`is not allowed ${action}`)
  }
})

test('who may read everything, or below the prefix that is named, is fine; who may read elsewhere is not', async () => {
  const feeds = documentOf('feeds')
  const reading = (Resource: string): Document => ({
    ...feeds,
    Statement: feeds.Statement.map((each) =>
      [each.Action].flat().includes('s3:GetObject') ? { ...each, Resource } : each,
    ),
  })
  const prefix = 'trails/AWSLogs/o-1/'
  const is = async (resource: string, queue = {}) =>
    (await said(reading(`arn:aws:s3:::${resource}`), { ...files, ...queue })).check?.['is']
  expect(await is('my-trail/*')).toBe('fine')
  expect(await is(`my-trail/${prefix}*`, { prefix })).toBe('fine')
  expect(await is(`my-trail/AWSLogs/${account}/CloudTrail/*`, { prefix })).toBe('wrong')
  expect(await is(`my-trail/${prefix}*`)).toBe('wrong')
  expect(await is('another/*')).toBe('wrong')
})

test('what IAM does not know of and is read all the same is unknown; what is forbidden is wrong', async () => {
  const { home, doctor } = await said(without('sqs:DeleteMessage'))
  const now = Date.now()
  home.board.expect('asked', new Map([['files', { silence: 600 }]]), now)
  home.board.request('files', now, { taken: 1, refused: new Map(), late: 0, lag: 5 })
  expect(await doctor()).toMatchObject({
    is: 'unknown',
    says: expect.stringContaining('yet it is read'),
  })
  const feeds = documentOf('feeds')
  const deny = { Effect: 'Deny', Action: 's3:*', Resource: '*' }
  const { check } = await said({ ...feeds, Statement: [...feeds.Statement, deny] })
  expect(check).toMatchObject({
    is: 'wrong',
    says: expect.stringContaining('is denied s3:GetObject in my-trail'),
  })
})

test('who may not ask is not measurable, and so is a queue whose address names no account', async () => {
  const unknown = { is: 'unknown', says: expect.stringContaining('not measurable') as string }
  expect((await said(documentOf('feeds'), files, false)).check).toMatchObject(unknown)
  const elsewhere = { ...files, url: 'https://queues.example/q', region: 'eu-west-1' }
  expect((await said(documentOf('feeds'), elsewhere)).check).toMatchObject(unknown)
})

test('a queue of calls needs no object', async () => {
  const { buckets: _, ...calls } = files
  const { check } = await said(without('s3:GetObject'), { ...calls, holds: 'calls' })
  expect(check).toMatchObject({ is: 'fine', says: expect.stringContaining('all 4 actions') })
})
