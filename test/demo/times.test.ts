import { expect, test } from 'vitest'
import type { Step } from './steps.ts'
import { isQuick, timesInWords, timesOf } from './times.ts'

const step = (at: number, name = 'alert', ok = true): Step => ({
  attack: 'reuse',
  step: name,
  ok,
  at,
  says: '',
})

test('the first alert is the earliest that came; the story is all of it', () => {
  const steps = [step(9.5), step(7.2), step(3, 'alert', false), step(1, 'cut off')]
  expect(timesOf(steps, 41_260)).toEqual({ firstAlert: 7.2, story: 41.3 })
  expect(timesOf([], 1_000)).toEqual({ firstAlert: null, story: 1 })
})

test('what took longer than we say is told in words, and only that', () => {
  const slow = 'slower than we say (15 s and 60 s)'
  for (const [firstAlert, story, isFine] of [
    [15, 60, true],
    [15.1, 60, false],
    [15, 60.1, false],
    [null, 60, true],
    [null, 61, false],
  ] as const) {
    expect(isQuick({ firstAlert, story })).toBe(isFine)
    expect(timesInWords({ firstAlert, story }).includes(slow)).toBe(!isFine)
  }
  expect(timesInWords({ firstAlert: 7.2, story: 41.3 })).toBe(
    'The first alert came after 7.2 s; the whole story took 41.3 s.',
  )
  expect(timesInWords({ firstAlert: null, story: 30 })).toBe('The whole story took 30 s.')
})
