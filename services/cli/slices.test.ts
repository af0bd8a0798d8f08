import { expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { sliced } from './slices.ts'

/** A count of which each part takes so long, by the clock of the test. */
function counting(parts: number, partMs: number) {
  const scheduler = manualScheduler(0)
  let slow = 0
  let runs = 0
  const clock = { ...scheduler, elapsed: () => scheduler.elapsed() + slow }
  const count = sliced(function* () {
    for (let part = 0; part < parts; part++) {
      slow += partMs
      yield
    }
    return ++runs
  }, clock)
  return { count, pass: (ms: number) => scheduler.pass(ms) }
}

test('what takes a moment is counted at once, and again when it is old', () => {
  const { count, pass } = counting(2, 1)
  expect(count.latest()).toBe(1)
  pass(1_000)
  expect(count.latest()).toBe(1)
  pass(20_000)
  expect(count.latest()).toBe(2)
})

test('what takes long is counted in slices, and the last count stands meanwhile', () => {
  const { count, pass } = counting(20, 2)
  expect(count.latest()).toBeUndefined()
  for (let slice = 0; slice < 10; slice++) pass(250)
  expect(count.latest()).toBe(1)
  pass(20_000)
  expect(count.latest()).toBe(1)
  for (let slice = 0; slice < 10; slice++) pass(250)
  expect(count.latest()).toBe(2)
})

test('closed, it goes no further', () => {
  const { count, pass } = counting(20, 2)
  count.latest()
  count.close()
  for (let slice = 0; slice < 10; slice++) pass(250)
  expect(count.latest()).toBeUndefined()
})
