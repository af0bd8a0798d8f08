import { expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { memoryDesk } from '#infra/memory/desk.ts'
import { Bug, Transient } from '#shared/errors.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { Source } from '#services/sources/source.ts'
import { deskAt, findingOf, incidentOf } from '#test/incidents.ts'
import { mappedOf, loopOptions, memoryStores, silent } from '#test/serve.ts'
import { frontiersOf } from './frontiers.ts'
import { serve, type ServePorts, type Serving } from './serve.ts'

const { engine } = loopOptions()
const options = { engine, unitMax: 50, keepMs: 86_400_000, snapshotMs: 30_000, holdMs: 60_000 }

/** A user who takes an administrator's rights: one record, one incident. */
const deed = {
  eventVersion: '1.11',
  eventTime: '2026-05-04T09:00:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'AttachUserPolicy',
  eventCategory: 'Management',
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
  eventID: '00000000-0000-4000-8000-000000000001',
  requestParameters: {
    userName: 'ana',
    policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  },
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/ana',
    accountId: '111122223333',
    accessKeyId: 'AKIAEXAMPLE000000001',
    userName: 'ana',
  },
}

async function served(
  poll: (intake: Intake) => Source['poll'],
  desk = memoryDesk(),
  stores = memoryStores(),
  names = ['trail'],
) {
  const scheduler = manualScheduler(Date.parse('2026-05-04T10:00:00Z'))
  const notices: Notice[] = []
  const heard: string[] = []
  const ended: unknown[] = []
  const ports: ServePorts = {
    ...stores,
    desk,
    scheduler,
    log: silent,
    at: () => undefined,
    failed: (why) => ended.push(why),
    board: {
      heard: (source) => heard.push(source),
      failed: (source, _at, why) => heard.push(`${source}: ${why}`),
    },
    send: (told) => notices.push(...told),
    sources: (intake) => names.map((name) => ({ name, silence: 60, poll: poll(intake) })),
  }
  const serving = await serve(options, ports)
  const pass = async (ms: number): Promise<void> => {
    scheduler.pass(ms)
    for (let turn = 0; turn < 20; turn++) {
      await Promise.resolve()
      scheduler.run()
    }
  }
  return { serving, notices, heard, ended, pass }
}

test('what a source brings is logged, judged, and told once', async () => {
  const { serving, notices, heard, pass } = await served((intake) => async () => {
    await intake.offer({ source: 'trail', received: 0, records: mappedOf([deed]) })
    return 1000
  })
  await pass(0)
  await pass(1000)
  expect(heard).toEqual(['trail', 'trail'])
  expect(notices.map(({ event }) => event.kind)).toEqual(['raised'])
  expect(notices[0]?.evidence).toMatchObject([{ id: deed.eventID, action: deed.eventName }])
  expect(serving.loop.status().position).toBe(2)
  const closed = serving.close()
  await pass(0)
  await closed
  expect(serving.loop.status().state).toBe('closed')
})

test('a source that does not answer is told, and asked again after longer and longer pauses', async () => {
  let asked = 0
  const { heard, pass } = await served(() => () => {
    asked++
    return Promise.reject(new Transient('asking', { cause: 'nobody there' }))
  })
  await pass(0)
  await pass(999)
  expect(asked).toBe(1)
  await pass(1)
  await pass(1999)
  expect(asked).toBe(2)
  await pass(1)
  expect(asked).toBe(3)
  expect(heard[0]).toBe('trail: asking: nobody there')
})

test('a source whose assumptions break ends the program', async () => {
  const { ended, pass } = await served(() => () => Promise.reject(new TypeError('not a function')))
  await pass(0)
  expect(ended).toHaveLength(1)
  expect(ended[0]).toBeInstanceOf(Bug)
})

test('what was held back is told once its time has come, though nothing happens', async () => {
  const desk = memoryDesk()
  const { hear } = deskAt(desk)
  const at = Date.parse('2026-05-04T10:00:00Z') / 1000
  const a = findingOf('a')
  hear(at, { r: [incidentOf([a])] })
  hear(at + 1, { r: [incidentOf([{ ...a, credentials: ['AKIAEXAMPLE00000002'] }])] })
  const { notices, pass } = await served(() => () => Promise.resolve(1e9), desk)
  await pass(1000)
  expect(notices).toEqual([])
  await pass(options.holdMs)
  expect(notices.map(({ event }) => event.says)).toEqual([['new credential: AKIAEXAMPLE00000002']])
})

test('an incident that is closed, and of which nothing stands, is forgotten with its records', async () => {
  const desk = memoryDesk()
  const { hear } = deskAt(desk)
  const at = Date.parse('2026-05-02T10:00:00Z') / 1000
  hear(at, { r: [incidentOf([findingOf('a')])], q: [incidentOf([findingOf('b')])] })
  hear(at + 1, { r: [] })
  const { pass } = await served(() => () => Promise.resolve(1e9), desk)
  await pass(1000)
  const left = desk.list({ states: ['open', 'acknowledged', 'closed'], limit: 10 })
  expect(left.map(({ incident }) => incident.findings.map(({ key }) => key))).toEqual([['b']])
})

const complete = (source: string, upTo: number): Progress => ({
  kind: 'progress',
  source,
  scope: '111122223333',
  from: 1,
  upTo,
  within: 0,
})

test('E1: an account is complete as far as the slowest of its sources, and one that is named no more holds nobody up', async () => {
  const stores = memoryStores()
  const told: Progress[] = [complete('gone', 5), complete('trail', 9), complete('aws', 7)]
  const telling = (intake: Intake) => async () => {
    const [next] = told.splice(0, 1)
    const progress = next ? [next] : []
    await intake.offer({ source: 'x', received: 0, records: [], progress })
    return 1000
  }
  const frontier = ({ loop }: Serving) => frontiersOf(loop.engine()).get('111122223333')?.upTo
  // All three are named, so that the lowest of them counts.
  const all = await served(telling, memoryDesk(), stores, ['gone', 'trail', 'aws'])
  await all.pass(0)
  expect(frontier(all.serving)).toBe(5)
  const closed = all.serving.close()
  await all.pass(0)
  await closed

  told.push(complete('aws', 8))
  const fewer = await served(telling, memoryDesk(), stores, ['trail', 'aws'])
  expect(frontier(fewer.serving)).toBe(5)
  await fewer.pass(0)
  expect(frontier(fewer.serving)).toBe(8)
})
