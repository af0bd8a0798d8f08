import { expect, test } from 'vitest'
import { commandLine, linesOf } from '#test/command-line.ts'
import { places, user } from '../../examples/book/actors.ts'
import { Book } from '../../examples/book/book.ts'
import { detections } from '#services/detect/detections/index.ts'

const book = new Book('explain')
book.call(user('ana', places.office), 'iam:AttachUserPolicy', 0, {
  params: { userName: 'ana', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
})
const record = JSON.stringify(book.records[0])

test('list names every detection', async () => {
  const { status, out } = await commandLine({}, ['detections', 'list', '--json'])
  expect(status).toBe(0)
  expect(linesOf(out).map(({ id }) => id)).toEqual(detections.map(({ id }) => id))
})

test('explain tells what the record says, what fires, and why the others are silent', async () => {
  const { status, out } = await commandLine({ f: record }, ['detections', 'explain', 'f'])
  expect(status).toBe(0)
  expect(out).toContain('user ana in 111122223333 called iam:AttachUserPolicy')
  expect(out).toContain('deed admin-granted')
  expect(out).toMatch(/▲ privilege-escalation {2}/)
  expect(out).toMatch(/· session-in-two-places {2}silent: raised when/)
})

test.each<[string, Record<string, string>, readonly string[], number]>([
  ['no verb', {}, [], 2],
  ['an unknown verb', {}, ['show'], 2],
  ['a name that every object has', {}, ['constructor'], 2],
  ['explain without a file', {}, ['explain'], 2],
  ['explain of nothing', {}, ['explain', 'gone'], 1],
  ['explain of no record', { f: '{"a":1}' }, ['explain', 'f'], 1],
])('exit status of %s', async (_, disk, argv, status) => {
  expect((await commandLine(disk, ['detections', ...argv])).status).toBe(status)
})

test('every example is run, and the status says whether all of them hold', async () => {
  const { status, out } = await commandLine({}, ['detections', 'test', '--json'])
  const count = detections.flatMap(({ fires, silent }) => [...fires, ...silent]).length
  expect(linesOf(out)).toHaveLength(count)
  expect(status).toBe(linesOf(out).every(({ passed }) => passed) ? 0 : 1)
})
