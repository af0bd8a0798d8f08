import { expect, test } from 'vitest'
import { handleFor, type Closing } from '#shared/messages/desk.ts'
import { deskAt, findingOf, incidentOf, wordsOf } from '#test/incidents.ts'
import type { Act } from './acts.ts'

const [a, b] = [findingOf('a'), findingOf('b')]
const [A, B] = [handleFor('a'), handleFor('b')]
const doer = { by: 'ann', at: 5_000 }
const close = (reason: Closing, more: { note?: string; into?: string } = {}): Act => ({
  do: 'close',
  reason,
  note: '',
  into: '',
  ...more,
})

function raised() {
  const at = deskAt()
  at.hear(1, { r: [incidentOf([a])] })
  const act = (deed: Act, handle = A, by = doer) => at.front.act(handle, deed, by)
  return { ...at, act, last: () => at.sent.at(-1) }
}

test('acknowledged by whom and when, and told', () => {
  const { act, desk, last } = raised()
  expect(act({ do: 'ack' })?.as).toBe('done')
  expect(desk.case(A)).toMatchObject({ state: 'acknowledged', acknowledged: doer, revision: 2 })
  expect(last()?.event).toMatchObject({
    kind: 'acknowledged',
    by: 'ann',
    because: 'person',
    at: 5_000,
  })
  expect(act({ do: 'ack' }, A, { by: 'bob', at: 6_000 })).toEqual({
    as: 'already',
    why: `${A} is acknowledged by ann`,
  })
  expect(desk.case(A)?.revision).toBe(2)
})

test('closed with a reason and a note, and opened again', () => {
  const { act, desk, sent } = raised()
  act(close('true-positive', { note: 'key rotated' }))
  expect(desk.case(A)?.closed).toEqual({
    reason: 'true-positive',
    note: 'key rotated',
    into: '',
    ...doer,
  })
  expect(act({ do: 'ack' })).toEqual({
    as: 'refused',
    why: `${A} is closed as true-positive by ann; reopen it first`,
  })
  expect(act(close('true-positive'))).toMatchObject({ as: 'already' })
  act(close('benign'))
  act({ do: 'reopen', note: 'it goes on' })
  expect(desk.case(A)).toMatchObject({ state: 'open', revision: 4 })
  expect(act({ do: 'reopen', note: '' })).toEqual({ as: 'already', why: `${A} is open` })
  expect(sent.map(wordsOf)).toEqual([
    `raised ${A}`,
    `closed ${A}: closed as true positive; key rotated`,
    `closed ${A}: closed as benign`,
    `reopened ${A}: it goes on`,
  ])
})

test('a duplicate names what it is a duplicate of, and is none of itself', () => {
  const { act, last } = raised()
  expect(act(close('duplicate', { into: A }))).toMatchObject({ as: 'refused' })
  act(close('duplicate', { into: B }))
  expect(last()?.event.says).toEqual([`closed as duplicate of ${B}`])
})

test('what became part of another is worked on there', () => {
  const { act, hear } = raised()
  hear(2, { q: [incidentOf([b])] })
  hear(3, { r: [incidentOf([a, b])], q: [] })
  expect(act(close('benign'), B)).toEqual({
    as: 'refused',
    why: `${B} is part of ${A}; close that one`,
  })
  expect(act({ do: 'reopen', note: '' }, B)).toMatchObject({ as: 'refused' })
  expect(act({ do: 'ack' }, B)).toMatchObject({ as: 'refused' })
})

test('an incident that nobody knows is none', () => {
  const { act, front } = raised()
  expect(act({ do: 'ack' }, 'inc-00000000')).toBeUndefined()
  expect(front.contained('inc-00000000', { says: 'x', by: 'y', at: 1 })).toBe(false)
})

test('an acknowledged incident hears of what is new and stays acknowledged; withdrawn, it is closed', () => {
  const { act, desk, hear } = raised()
  act({ do: 'ack' })
  hear(100, { r: [incidentOf([{ ...a, severity: 'critical' }])] })
  expect(desk.case(A)?.state).toBe('acknowledged')
  hear(101, { r: [] })
  expect(desk.case(A)).toMatchObject({ state: 'closed', acknowledged: { by: 'ann' } })
})

test('withdrawn, and opened again by a person: evidence does not close it a second time', () => {
  const { act, desk, hear } = raised()
  hear(2, { r: [] })
  act({ do: 'reopen', note: 'I want to look at it' })
  expect(hear(3, { r: [] })).toEqual([])
  expect(desk.case(A)).toMatchObject({ state: 'open', stands: false })
  expect(hear(100, { r: [incidentOf([{ ...a, count: 2 }])] })).toEqual([])
  expect(desk.case(A)).toMatchObject({ state: 'open', stands: true })
})

test('a step of containment is told in every state, and shown', () => {
  const { act, front, desk, last } = raised()
  act(close('true-positive'))
  front.contained(A, {
    says: 'key ASIAEXAMPLE00000001 cut off, verified: denied',
    by: 'keytrail',
    at: 9_000,
  })
  expect(last()?.event).toMatchObject({ kind: 'changed', because: 'containment', revision: 3 })
  expect(desk.case(A)).toMatchObject({
    state: 'closed',
    containment: 'key ASIAEXAMPLE00000001 cut off, verified: denied',
  })
})
