import { latestTime } from '#shared/messages/activity.ts'

/** Months as English short names begin. */
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const dayMs = 86_400_000
/** Days from 0000-03-01 to 1970-01-01. */
const epochDays = 719_468

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/**
 * Start of a day, epoch ms; NaN where the calendar has no such day. By counting from a March, so that leap days come last
 * (the proleptic Gregorian calendar, as ISO 8601 has it): cheaper than a Date for each record.
 */
function dayOf(year: number, month: number, day: number): number {
  const longest = (monthDays[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0)
  if (!(year >= 1970 && day >= 1 && day <= longest)) return Number.NaN
  const y = month > 2 ? year : year - 1
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - epochDays) * dayMs
}

function clock(hour: number, minute: number, second: number): number {
  const valid = hour <= 23 && minute <= 59 && second <= 60
  return valid ? ((hour * 60 + minute) * 60 + second) * 1000 : Number.NaN
}

/** The decimal number of `length` digits at `start`; NaN if one is none. */
function digits(text: string, start: number, length: number): number {
  let value = 0
  for (let i = start; i < start + length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** `.123456789` at `start`: milliseconds and where it ends. */
function fraction(text: string, start: number): { readonly ms: number; readonly end: number } {
  if (text[start] !== '.' && text[start] !== ',') return { ms: 0, end: start }
  let end = start + 1
  while (digits(text, end, 1) >= 0) end++
  const shown = text.slice(start + 1, Math.min(end, start + 4)).padEnd(3, '0')
  return { ms: end > start + 1 ? Number(shown) : Number.NaN, end }
}

/** `Z`, nothing (UTC), `+02:00` or `+0200` at `start`: what to subtract, ms. */
function offset(text: string, start: number): number {
  const rest = text.slice(start).trim()
  if (rest === '' || rest === 'Z' || rest === 'z' || rest === 'UTC') return 0
  const sign = rest.startsWith('+') ? 1 : rest.startsWith('-') ? -1 : Number.NaN
  const minutes = digits(rest, rest.length - 2, 2)
  const long = rest.length === 6 ? rest[3] === ':' : rest.length === 5
  return long ? sign * (digits(rest, 1, 2) * 60 + minutes) * 60_000 : Number.NaN
}

/** `2026-05-04T09:00:00Z`, `2026-05-04 09:00:00.123456789`, with any offset; without one it is UTC. */
function isoTime(text: string): number {
  const day = dayOf(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2))
  const time = clock(digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2))
  if (text.length === 20 && text[19] === 'Z') return day + time
  const { ms, end } = fraction(text, 19)
  return day + time + ms - offset(text, end)
}

/** `20260504T090000Z`, as older AWS pages show creationDate. */
const basicTime = (text: string): number =>
  dayOf(digits(text, 0, 4), digits(text, 4, 2), digits(text, 6, 2)) +
  clock(digits(text, 9, 2), digits(text, 11, 2), digits(text, 13, 2))

/** `4:07:39`, and `PM` if there is one. */
function localClock(time: string, half: string): number {
  const [hour, minute, second = '00'] = time.split(':')
  const shown = digits(hour ?? '', 0, hour?.length || 1)
  const wide = digits(minute ?? '', 0, 2)
  const late = half.toLowerCase().startsWith('p')
  const hours = half === '' ? shown : (shown % 12) + (late ? 12 : 0)
  return clock(hours, wide, digits(second, 0, 2))
}

/** How nearly all of them are written; the others are read word by word. */
const usualLocal = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[ \u202f]([AP])M$/

function usualTime(text: string): number {
  const parts = usualLocal.exec(text)
  if (!parts) return Number.NaN
  const [, month = '', day, year, hour, minute, second, half] = parts
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0)
  const date = dayOf(Number(year), months.indexOf(month.toLowerCase()) + 1, Number(day))
  return date + clock(Number(hour) > 12 ? Number.NaN : hours, Number(minute), Number(second))
}

/**
 * A date as Java's locales write it, which is how CloudTrail shows `expiration`: `Jul 18, 2023, 4:07:39 PM`,
 * `Oct 5, 2026 1:00:00 AM`, `18 Jul 2023 16:07:39`, the narrow no-break space before PM included. UTC.
 */
function localTime(text: string): number {
  const words = text.split(/[\s,\u202f\u00a0]+/).filter((word) => word !== '' && word !== 'UTC')
  const month = words.findIndex((word) => months.includes(word.slice(0, 3).toLowerCase()))
  if (words.length < 4 || words.length > 6 || month < 0 || month > 2) return Number.NaN
  const [a = '', b = '', time = '', half = ''] = words.toSpliced(month, 1).filter(isNumberLike)
  const [day, year] = a.length === 4 ? [b, a] : [a, b]
  const name = months.indexOf((words[month] ?? '').slice(0, 3).toLowerCase()) + 1
  if (year.length !== 4 || day === '' || day.length > 2 || !time.includes(':')) return Number.NaN
  return dayOf(digits(year, 0, 4), name, digits(day, 0, day.length)) + localClock(time, half)
}

/** Leaves out the names of weekdays and zones. */
const isNumberLike = (word: string): boolean =>
  digits(word, 0, 1) >= 0 || /^[ap]\.?m\.?$/i.test(word)

/** Epoch seconds below this, milliseconds above: 1973 in milliseconds, the year 5138 in seconds. */
const secondsBelow = 100_000_000_000

/**
 * Epoch ms of a time in any of the forms that CloudTrail records and their exports show; NaN where it is none.
 * Never asks the locale or the zone of this machine.
 */
export function parseTime(value: unknown): number {
  if (typeof value === 'number')
    return value > 0 && value <= latestTime
      ? Math.trunc(value < secondsBelow ? value * 1000 : value)
      : Number.NaN
  if (typeof value !== 'string' || value.length < 8 || value.length > 48) return Number.NaN
  const separator = value[10]
  if (value[4] === '-' && (separator === 'T' || separator === ' ' || separator === 't'))
    return isoTime(value)
  if (value[8] === 'T' && value.length >= 15) return basicTime(value)
  if (digits(value, 0, value.length) > 0) return parseTime(Number(value))
  return usualTime(value) || localTime(value)
}

/** The same, with 0 for unknown. */
export const timeOrZero = (value: unknown): number => parseTime(value) || 0
