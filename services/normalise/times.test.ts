import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTime } from './times.ts'

const nine = Date.UTC(2026, 4, 4, 9, 0, 0)

test.each([
  ['2026-05-04T09:00:00Z', nine],
  ['2026-05-04T09:00:00.250Z', nine + 250],
  ['2026-05-04T09:00:00.123456789Z', nine + 123],
  ['2026-05-04 09:00:00', nine],
  ['2026-05-04 09:00:00.123456789', nine + 123],
  ['2026-05-04T11:00:00+02:00', nine],
  ['2026-05-04T07:30:00-0130', nine],
  ['20260504T090000Z', nine],
  ['May 4, 2026, 9:00:00 AM', nine],
  ['May 4, 2026 9:00:00 AM', nine],
  ['May 4, 2026, 9:00:00\u202fAM', nine],
  ['May 4, 2026, 9:00:00\u202fPM', nine + 12 * 3_600_000],
  ['May 4, 2026, 12:00:00 AM', nine - 9 * 3_600_000],
  ['May 4, 2026, 12:30:00 PM', nine + 3.5 * 3_600_000],
  ['4 May 2026 09:00:00', nine],
  ['Mon, 4 May 2026 09:00:00 UTC', nine],
  [nine, nine],
  [nine / 1000, nine],
  [String(nine / 1000), nine],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
])('%s is a time', (written, at) => {
  expect(parseTime(written)).toBe(at)
})

test.each([
  '',
  '...',
  'eventTime',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-05-04T25:00:00Z',
  'May 40, 2026, 9:00:00 AM',
  '2026-05-04T09:00:00+2',
  'Smarch 4, 2026, 9:00:00 AM',
  null,
  {},
  -1,
  0,
  // Beyond the year 9999, and beyond what a Date holds.
  253_402_300_800_000,
  8_640_000_000_000_001,
  '8640000000000001',
  1e308,
  true,
])('%j is none', (written) => {
  expect(parseTime(written)).toBeNaN()
})

test('every second of four centuries reads as Date reads it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12_622_780_799 }), (seconds) => {
      const text = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
      expect(parseTime(text)).toBe(seconds * 1000)
    }),
  )
})
