/** Event time, in seconds since the workload begins, and how it is written. */
import { T0 } from './options.mjs'

export const clock = { now: 0 }
export const isoCache = new Map()
export function iso(sec) {
  const k = Math.floor(sec)
  let s = isoCache.get(k)
  if (s === undefined) {
    if (isoCache.size > 50000) isoCache.clear()
    isoCache.set(k, (s = new Date((T0 + k) * 1000).toISOString().slice(0, 19)))
  }
  return s
}
export const isoMs = (sec) => {
  const f = Math.floor(sec)
  return `${iso(f)}.${String(Math.floor((sec - f) * 1000)).padStart(3, '0')}Z`
}
export const awsDate = (sec) =>
  new Date((T0 + Math.floor(sec)) * 1000)
    .toLocaleString('en-US', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'medium' })
    .replaceAll('\u202f', ' ')
export const localeCache = new Map()
export const expiryText = (sec) => {
  const k = Math.floor(sec / 60) * 60
  let s = localeCache.get(k)
  if (!s) {
    if (localeCache.size > 9999) localeCache.clear()
    localeCache.set(k, (s = awsDate(k)))
  }
  return s
}
