import { expect, test } from 'vitest'
import { through } from '#test/engine.ts'
import {
  data,
  home,
  instance,
  keyId,
  places,
  user,
  type Actor,
} from '../../examples/book/actors.ts'
import { Book } from '../../examples/book/book.ts'
import { issuing, keyId as recordKey, record, uuid } from '#test/properties/records.ts'
import { who, type Answer } from './who.ts'

/** A broker's key → a task's session → a session in another account → an access key for a user there → a session of his. */
function story() {
  const book = new Book('who')
  const broker = user('broker', places.broker)
  book.report('agent.registered', -60, {
    agent: 'ledger',
    principals: [`arn:aws:iam::${home}:role/ledger`],
  })
  book.report('task.started', 0, { task: 't-1', agent: 'ledger', onBehalfOf: 'ana@example.com' })
  const own = book.assume(broker, 'ledger', 'run', 10, {
    place: places.cluster,
    tags: { task_id: 't-1' },
  })
  book.call(own, 's3:ListBuckets', 20)
  book.call(own, 's3:ListBuckets', 25, { error: ['AccessDenied', 'no'] })
  const far = book.assume(own, 'audit', 'step', 30, { account: data, place: places.cluster })
  const made = keyId('AKIA', 'made')
  book.call(far, 'iam:CreateAccessKey', 40, {
    params: { userName: 'backup' },
    response: { accessKey: { userName: 'backup', accessKeyId: made, status: 'Active' } },
  })
  const guest = user('backup', places.stranger, made, data)
  const end = book.assume(guest, 'reader', 'x', 50, { account: data, place: places.stranger })
  book.call(end, 'kms:ListKeys', 60)
  const unused = book.assume(own, 'ledger', 'never', 70, { place: places.cluster })
  return { book, broker, own, far, guest, end, unused }
}

async function ask(book: Book, id: string, partitions = 4): Promise<Answer> {
  const { engine } = await through(book.all, {
    detections: [],
    partitions,
    issuers: [`${home}/user/broker`],
  })
  const found = who(engine.states, id)
  if (!found) throw new Error(`${id} was not found`)
  return found
}

const links = (list: Answer['minted']): string[] =>
  list.map(({ from, to, kind }) => `${from} ${kind} ${to}`)
const keys = ({ became }: Answer, relation: Answer['became'][number]['relation']): string[] =>
  became.filter((each) => each.relation === relation).map(({ key }) => key)
const link = (from: Actor, kind: string, to: Actor): string => `${from.key} ${kind} ${to.key}`

test('a credential: up to its root, down to any depth, over accounts and grants', async () => {
  const { book, broker, own, far, guest, end, unused } = story()
  const answer = await ask(book, own.key)
  expect(answer.kind).toBe('credential')
  expect(links(answer.madeBy)).toEqual([link(broker, 'issue', own)])
  expect(links(answer.minted)).toEqual([
    link(own, 'issue', far),
    link(own, 'issue', unused),
    link(far, 'grant', guest),
    link(guest, 'issue', end),
  ])
  expect(answer.minted[2]).toMatchObject({
    rank: 'exact',
    rule: 'grant: CreateAccessKey for user/backup',
  })
  expect(keys(answer, 'ancestor')).toEqual([broker.key])
  expect(keys(answer, 'self')).toEqual([own.key])
  expect(keys(answer, 'descendant'), 'a grant moves nobody').toEqual([far.key])
  expect(answer.holder).toMatchObject({
    human: { id: 'ana@example.com' },
    agent: { id: 'ledger', rank: 'exact' },
    task: { id: 't-1', rank: 'exact' },
  })
  expect(answer.canBecome).toBe('unknown: no entitlement snapshot')
})

test('what it touched, refused or not, also as what it became', async () => {
  const { book, own } = story()
  const { touched } = await ask(book, own.key)
  expect(
    touched.map(({ service, action, outcomes }) => `${service}:${action} ${outcomes.join(' ')}`),
  ).toEqual(['iam:CreateAccessKey none', 's3:ListBuckets denied none', 'sts:AssumeRole none'])
  const [, buckets] = touched
  expect([buckets?.first.at, buckets?.latest.at]).toEqual([
    Date.parse(book.time(20)),
    Date.parse(book.time(25)),
  ])
})

test.each(['t-1', 'task:t-1', 'ledger', 'agent:ledger'])(
  '%s: every credential it held, with the evidence',
  async (id) => {
    const { book, own, far } = story()
    const answer = await ask(book, id)
    expect(keys(answer, 'self')).toEqual([own.key, far.key])
    expect(answer.became[0]?.edge).toMatchObject({
      rank: 'exact',
      rule: expect.any(String),
      record: expect.any(String),
    })
  },
)

test.each([
  ['an ARN of a role', `arn:aws:iam::${home}:role/ledger`, 'principal'],
  ['a principal key', `${home}/role/ledger/run`, 'principal'],
  ['an ARN of a session', `arn:aws:sts::${home}:assumed-role/ledger/run`, 'principal'],
  ['a session', `${home}/role/ledger/run@2026-05-04T09:00:10.000Z`, 'session'],
])('%s', async (_, id, kind) => {
  const { book, own } = story()
  const answer = await ask(book, id)
  expect(answer.kind).toBe(kind)
  expect(keys(answer, 'self')).toContain(own.key)
})

test('a key that only a report names is known, and nobody holds it yet', async () => {
  const { book } = story()
  const reported = keyId('ASIA', 'reported')
  book.report('credential.issued', 80, { credential: reported, task: 't-1', agent: 'ledger' })
  const answer = await ask(book, reported)
  expect(answer.kind).toBe('credential')
  expect(answer.became).toEqual([])
})

test('a key that nobody used still has its makers and the holder that they hand down', async () => {
  const { book, broker, own, unused } = story()
  const answer = await ask(book, unused.key)
  expect(answer.became).toEqual([])
  expect(links(answer.madeBy)).toEqual([link(broker, 'issue', own), link(own, 'issue', unused)])
  expect(answer.holder.task.id).toBe('t-1')
})

test('what never occurs is not found, nor what only looks like it', async () => {
  const { book } = story()
  const { engine } = await through(book.all, { detections: [] })
  for (const id of [
    '',
    'nobody',
    'AKIAEXAMPLENOBODY000',
    'agent:t-1',
    'task:ledger',
    `${home}/role/led`,
  ])
    expect(who(engine.states, id)).toBeUndefined()
})

test('the answer does not depend on partitions or order', async () => {
  const { book, own } = story()
  const answer = await ask(book, own.key, 1)
  expect(await ask(book, own.key, 8)).toEqual(answer)
  book.records.reverse()
  expect(await ask(book, own.key, 3)).toEqual(answer)
})

test('calls that a service forwarded make their principal known', async () => {
  const book = new Book('forwarded')
  const web = instance('web', 'i-0123456789abcdef0', book.time(0), places.instance)
  book.call(web, 'sns:Publish', 10, { invokedBy: 'cloudformation.amazonaws.com' })
  const answer = await ask(book, `${home}/role/web/i-0123456789abcdef0`)
  expect(answer.became).toEqual([])
})

test('a key that an AWS service asked for names the service and its record', async () => {
  const book = new Book('delivery')
  const web = instance('web', 'i-0123456789abcdef0', book.time(0), places.instance)
  book.call(
    { ...web, identity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' } },
    'sts:AssumeRole',
    0,
    {
      params: { roleArn: `arn:aws:iam::${home}:role/web`, roleSessionName: 'i-0123456789abcdef0' },
      response: { credentials: { accessKeyId: web.key }, assumedRoleUser: { arn: web.arn } },
      in: home,
    },
  )
  book.call(web, 's3:ListBuckets', 30)
  const { madeBy } = await ask(book, web.key)
  expect(madeBy).toMatchObject([
    {
      from: 'aws/service/ec2.amazonaws.com',
      to: web.key,
      record: book.records[0]?.['eventID'],
      rank: 'exact',
    },
  ])
})

test('SEMANTICS B6: of the two copies of a cross-account issue only the caller’s names a maker', async () => {
  const person = { account: home, kind: 'user', name: 'ann', session: '', key: '' } as const
  const caller = { ...person, key: recordKey('AKIA', 1) }
  const far = { ...person, kind: 'role' as const, account: data, name: 'far', session: 'x' }
  const child = { ...far, key: recordKey('ASIA', 2), created: 10 }
  const copy = record(1, caller, { at: 10, ...issuing(child) })
  const identity = { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: home }
  const owner = { ...copy, eventID: uuid(2), recipientAccountId: data, userIdentity: identity }
  const use = record(3, child, { at: 20 })
  const makers = async (records: readonly unknown[]): Promise<string[] | undefined> => {
    const { engine } = await through(records, { detections: [] })
    return who(engine.states, child.key)?.madeBy.map(({ from }) => from)
  }
  expect(await makers([owner, use, copy])).toEqual([caller.key])
  expect(await makers([owner, use])).toEqual([`${home}/account/AIDAEXAMPLE#-`])
})
