import { describe, expect, test } from 'vitest'
import {
  activity,
  home,
  issuing,
  keyId,
  recordBy,
  type Credential,
} from '#test/properties/records.ts'
import {
  call,
  detectionsOf,
  holderOf,
  lent,
  orders,
  registered,
  reported,
  run,
  runner,
  started,
  user,
} from './cast.ts'

/** DESIGN 3.1 and SEMANTICS A7 against somebody who lies: a thief, his own source, and the words that he chooses. */

const time = (seconds: number): string =>
  new Date(Date.UTC(2026, 4, 4, 9) + seconds * 1000).toISOString()
const ours = { source: 'orchestrator' }
const his = { source: 'thief' }
const both = [
  registered('a-1', { sources: ['orchestrator'] }),
  registered('a-2', { sources: ['thief'] }),
]
/** Task t-2 of a-2 uses the key of t-1. */
const theft = [
  ...both,
  lent(),
  started('t-1', 'a-1', ours),
  started('t-2', 'a-2', his),
  call(2, runner),
  reported('t-2', 'a-2', 'r-2', his),
]
const issued = (task: string, more: object): unknown =>
  activity('credential.issued', `${task} ${JSON.stringify(more)}`, 1, {
    credential: runner.key,
    task,
    ...more,
  })
const reuse = async (records: readonly unknown[]): Promise<boolean> =>
  detectionsOf(await run(records)).includes('reused-by-agent')

describe('A7: delegation is a declaration like any other', () => {
  test.each([
    ['the holder’s source', { delegatedFrom: 't-1', ...ours }, false],
    ['a configured issuer', { delegatedFrom: 't-1', source: 'broker' }, false],
    ['the holder’s source, too late', { delegatedFrom: 't-1', ...ours, received: time(361) }, true],
    ['the thief', { delegatedFrom: 't-1', ...his }, true],
    ['the thief, from a task of his own', { delegatedFrom: 't-3', agent: 'a-2', ...his }, true],
    ['the thief, from a task that nobody knows', { delegatedFrom: 'nobody', ...his }, true],
    ['the holder’s source, from a task that has it not', { delegatedFrom: 't-9', ...ours }, true],
    ['the thief in the issuer’s name', { issuer: 'broker', delegatedFrom: 't-1', ...his }, true],
  ])('A7: a key handed on by %s', async (_, more, stands) => {
    const handed = [started('t-3', 'a-2', his), issued('t-2', more)]
    for (const records of [
      [...theft, ...handed],
      [...handed, ...theft],
    ])
      expect(await reuse(records)).toBe(stands)
  })

  test('A7: a key that the holder’s delegate hands on, in any order', async () => {
    const chain = [
      issued('t-5', { delegatedFrom: 't-1', ...ours }),
      issued('t-6', { delegatedFrom: 't-5', ...ours }),
      issued('t-2', { delegatedFrom: 't-6', ...ours }),
    ]
    for (const links of orders(chain)) expect(await reuse([...theft, ...links])).toBe(false)
    expect(await reuse([...theft, ...chain.slice(1)])).toBe(true)
  })

  test('A7: a late hand-on does not hide a use after the end', async () => {
    const after = [
      ...theft.slice(0, 5),
      call(3, runner, { at: 900 }),
      activity('task.ended', 'end', 100, { task: 't-1', ...ours }),
    ]
    const end = async (more: object): Promise<boolean> =>
      detectionsOf(await run([...after, issued('t-2', more)])).includes('used-after-end')
    expect(await end({ delegatedFrom: 't-1', ...ours })).toBe(false)
    expect(await end({ delegatedFrom: 't-1', ...ours, received: time(1300) })).toBe(true)
    expect(await end({ delegatedFrom: 't-3', ...his })).toBe(true)
  })
})

describe('A7: a task of which nobody knows whose it is', () => {
  const lease = (more: object = {}): unknown => issued('t-1', { source: 'broker', ...more })
  const nameless = [...both, lease(), call(2, runner), reported('t-2', 'a-2', 'r-2', his)]
  const reuseByTask = async (records: readonly unknown[]): Promise<boolean> =>
    detectionsOf(await run(records)).includes('reused-by-task')
  const child = (more: object): unknown => started('t-2', 'a-2', { parent: 't-1', ...more })

  test('A7: nobody speaks for it but whom the settings trust', async () => {
    expect(await reuseByTask([...nameless, child(his)])).toBe(true)
    expect(await reuseByTask([...nameless, child(ours)])).toBe(true)
    expect(await reuseByTask([...nameless, child({ source: 'broker' })])).toBe(false)
    expect(await reuseByTask([...nameless, child({})])).toBe(false)
  })

  test('A7: nobody ends it but whom the settings trust', async () => {
    const end = async (more: object): Promise<boolean> => {
      const ended = activity('task.ended', 'end', 10, { task: 't-1', ...more })
      const records = [...both, lease(), call(2, runner, { at: 600 }), ended]
      return detectionsOf(await run(records)).includes('used-after-end')
    }
    expect(await end(his)).toBe(false)
    expect(await end({ source: 'broker' })).toBe(true)
    expect(await end({})).toBe(true)
  })

  test('A7: a task that was handed the key is ended by whom it was handed to, whoever claims it', async () => {
    const handed = [
      ...both,
      lease({ agent: 'a-1' }),
      issued('t-5', { agent: 'a-1', delegatedFrom: 't-1', source: 'broker' }),
      activity('task.ended', 'end', 10, { task: 't-1', ...ours }),
      started('t-5', 'a-2', his),
      call(2, runner, { at: 600 }),
    ]
    const end = async (more: object): Promise<boolean> => {
      const ended = activity('task.ended', 'other', 20, { task: 't-5', ...more })
      return detectionsOf(await run([...handed, ended])).includes('used-after-end')
    }
    expect(await end(his)).toBe(false)
    expect(await end(ours)).toBe(true)
  })
})

test('A7: nobody makes his task an agent’s own', async () => {
  const kim = user('kim', 70)
  const story = [
    registered('a-1', { principals: [`arn:aws:iam::${home}:user/kim`], sources: ['orchestrator'] }),
    registered('a-2', { sources: ['thief'] }),
    call(2, kim),
    reported('t-2', 'a-2', 'r-2', his),
  ]
  expect(await reuse(story)).toBe(true)
  expect(await reuse([...story, started('t-2', 'a-1', his)])).toBe(true)
  expect(await reuse([...story, started('t-2', 'a-1', ours)])).toBe(false)
})

test('A7: an agent that anybody may speak for does not hide who made a use', async () => {
  const ghost = reported('t-9', 'ghost', 'r-2', his)
  for (const records of [
    [...theft, ghost],
    [ghost, ...theft],
  ])
    expect(await reuse(records)).toBe(true)
})

test('A7: an agent that claims a use for several of his tasks is still known as its actor', async () => {
  const more = [reported('t-21', 'a-2', 'r-2', his), reported('t-22', 'a-2', 'r-2', his)]
  expect(await reuse([...theft, ...more])).toBe(true)
  const helper = started('t-21', 'a-2', { ...ours, parent: 't-1' })
  expect(await reuse([...theft, ...more, helper])).toBe(false)
})

test('DESIGN 3.1: who reports a lease counts, not whom it names as issuer', async () => {
  const lie = issued('t-2', { agent: 'a-2', issuer: 'broker', ...his })
  expect(await reuse([...theft, lie])).toBe(true)
  expect(holderOf(await run([...theft, lie]), runner.key).task).toMatchObject({ id: 't-1' })
  const unnamed = issued('t-7', { issuer: 'broker' })
  const named = issued('t-7', { source: 'broker' })
  for (const lease of [unnamed, named])
    expect(holderOf(await run([call(2, runner), lease]), runner.key).task).toMatchObject({
      id: 't-7',
      rank: 'exact',
    })
})

describe('DESIGN 3.1: what an identity provider vouches for', () => {
  const child: Credential = { ...runner, session: 'task-t-1', key: keyId('ASIA', 80) }
  const signIn = (action: string, more: object): unknown => {
    const issue = issuing(child)
    const person = { type: 'WebIdentityUser', principalId: 'idp.example:app:eve', userName: 'eve' }
    const params = { ...issue.params, ...more }
    return recordBy(1, person, home, { at: 0, ...issue, action, params })
  }
  const ranks = async (action: string, more: object = {}) => {
    const policy = { sessionName: /^task-(?<task>.+)$/ }
    const arn = `arn:aws:sts::${home}:assumed-role/runner/task-t-1`
    const records = [registered('a-1', { principals: [arn] }), signIn(action, more), call(2, child)]
    const { agent, task } = holderOf(await run(records, { policy }), child.key)
    return [agent.rank, task.rank]
  }

  test('DESIGN 3.1: the caller chooses the session name of a web identity, SAML’s is in the assertion', async () => {
    expect(await ranks('AssumeRoleWithWebIdentity')).toEqual(['claimed', 'claimed'])
    expect(await ranks('AssumeRoleWithSAML')).toEqual(['exact', 'exact'])
  })

  test('DESIGN 3.1: tags come from the token', async () => {
    const tagged = { principalTags: { task: 't-1' } }
    expect(await ranks('AssumeRoleWithWebIdentity', tagged)).toEqual(['claimed', 'exact'])
  })
})
