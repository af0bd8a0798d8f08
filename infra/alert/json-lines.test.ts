import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Delivery } from '#shared/ports/outbox.ts'
import { jsonLinesSender } from './json-lines.ts'

let place: string
let file: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'keytrail-lines-'))
  file = join(place, 'out', 'incidents.jsonl')
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const of = (n: number, attempts = 0): Delivery => ({
  id: `inc-${n}.1`,
  to: 'lines',
  incident: `inc-${n}`,
  event: 'raised',
  body: `{"uid":"inc-${n}.1.1","text":"é"}\n{"uid":"inc-${n}.1"}\n`,
  since: 0,
  attempts,
  due: 0,
})
const text = () => readFileSync(file, 'utf8')
const whole = (...ns: number[]) => ns.map((n) => of(n).body).join('')

test('deliveries are appended whole, to a file that only we read', async () => {
  const sender = jsonLinesSender(file)
  expect(await sender.send(of(1))).toEqual({ as: 'delivered' })
  await sender.send(of(2))
  expect(text()).toBe(whole(1, 2))
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('one that was written before a crash is not written again', async () => {
  await jsonLinesSender(file).send(of(1))
  await jsonLinesSender(file).send(of(2))
  const after = jsonLinesSender(file)
  await after.send(of(1))
  await after.send(of(2))
  await after.send(of(3))
  expect(text()).toBe(whole(1, 2, 3))
})

test('whatever part of one was written before a crash, it is completed', async () => {
  const body = Buffer.from(whole(2))
  for (let length = 0; length < body.length; length++) {
    await jsonLinesSender(file).send(of(1))
    writeFileSync(file, Buffer.concat([Buffer.from(whole(1)), body.subarray(0, length)]))
    await jsonLinesSender(file).send(of(2))
    expect(text()).toBe(whole(1, 2))
    rmSync(file)
  }
})

test('half a line of something else spoils no line of ours', async () => {
  await jsonLinesSender(file).send(of(1))
  writeFileSync(file, '{"half":')
  await jsonLinesSender(file).send(of(2))
  expect(text()).toBe(`{"half":\n${whole(2)}`)
})

test('a file that is rotated goes on under its name', async () => {
  const sender = jsonLinesSender(file)
  await sender.send(of(1))
  renameSync(file, `${file}.1`)
  await sender.send(of(2))
  expect(text()).toBe(whole(2))
  rmSync(file)
  await sender.send(of(3))
  expect(text()).toBe(whole(3))
})

test('what cannot be written is a later, in words', async () => {
  const there = join(place, 'there')
  writeFileSync(there, '')
  const inside = jsonLinesSender(join(there, 'x'))
  expect(await inside.send(of(1))).toMatchObject({ as: 'later' })
  symlinkSync(there, join(place, 'link'))
  const through = await jsonLinesSender(join(place, 'link')).send(of(1))
  expect(through).toMatchObject({ as: 'later', why: 'the file cannot be written: ELOOP' })
  expect(readFileSync(there, 'utf8')).toBe('')
})
