import { expect, test } from 'vitest'
import { progressLine, progressOn } from './progress.ts'

const progress = { bytes: 250, totalBytes: 1000, files: 1, totalFiles: 4 }
const batch = { records: [], dead: [], ignored: [], unread: [], progress }

test('tells files, share, rate and the time that is left', () => {
  expect(progressLine(progress, 5000, 10)).toBe(
    '1 of 4 files, 25 %, 5,000 records, 500/s, 30 s left',
  )
})

test('tells no share and no end where the size is not known', () => {
  const piped = { bytes: 250, totalBytes: 0, files: 0, totalFiles: 1 }
  expect(progressLine(piped, 10, 2)).toBe('0 of 1 file, 10 records, 5/s')
})

test('speaks to a terminal only, now and then, and leaves nothing behind', () => {
  const out: string[] = []
  const output = (isTerminal: boolean) => ({ write: (text: string) => out.push(text), isTerminal })
  const silent = progressOn(output(false))
  silent.show(batch, 1)
  silent.clear()
  expect(out).toEqual([])
  let now = 0
  const shown = progressOn(output(true), () => (now += 100))
  for (let i = 0; i < 6; i++) shown.show(batch, i)
  shown.clear()
  expect(out).toHaveLength(3)
  expect(out.at(-1)).toBe('\r\u001B[K')
})
