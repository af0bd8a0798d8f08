import { expect, test } from 'vitest'
import { assume, Bug, Poison, reasonOf, Transient, unreachable } from '#shared/errors.ts'

const record = { source: 'trail/1.json.gz', offset: 4096 }

test('a poison names the record, the field and the reason, and keeps its cause', () => {
  const cause = new SyntaxError('Unexpected end')
  const poison = new Poison(record, 'eventTime', 'no time', { cause })
  expect(poison.message).toBe('trail/1.json.gz@4096: eventTime: no time')
  expect(poison).toMatchObject({ record, field: 'eventTime', reason: 'no time', cause })
})

test('a poison of the whole record names no field', () => {
  expect(new Poison(record, '', 'not JSON').message).toBe('trail/1.json.gz@4096: not JSON')
})

test('a transient failure says what was tried and why it failed', () => {
  const cause = new Error('connection reset')
  expect(new Transient('read bucket', { cause }).message).toBe('read bucket: connection reset')
})

test('kinds are told apart by class and by name', () => {
  const thrown = [new Poison(record, '', ''), new Transient('x'), new Bug('x')]
  expect(thrown.map((error) => error.name)).toEqual(['Poison', 'Transient', 'Bug'])
})

test('a broken assumption stops', () => {
  expect(() => assume(1 + 1 === 3, 'sums add up')).toThrow('assumption broken: sums add up')
  expect(() => assume(true, 'holds')).not.toThrow()
})

test('a case that the types exclude stops, should it come from outside', () => {
  const fromOutside: never = JSON.parse('"seventh"') as never
  expect(() => unreachable(fromOutside)).toThrow('assumption broken: no case for "seventh"')
})

test.each([
  [new Error('broken pipe'), 'broken pipe'],
  ['text', 'text'],
  [undefined, 'no cause given'],
  [{ code: 7 }, '{"code":7}'],
])('the reason of %o is %s', (thrown, reason) => expect(reasonOf(thrown)).toBe(reason))
