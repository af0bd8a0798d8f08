/** Records wait in buckets of a second until they arrive: late, twice, or in order. */
import fs from 'node:fs'
import path from 'node:path'
import { between, chance } from './chance.mjs'
import { clock } from './clock.mjs'
import { HOUR, options, SPAN } from './options.mjs'

const buckets = new Map()
export const stats = {
  lines: 0,
  bytes: 0,
  distinct: 0,
  dup: 0,
  late15m: 0,
  lateDay: 0,
  tail: 0,
  kinds: {},
}
let drained = -1,
  fd = 0,
  buf = [],
  bufLen = 0,
  preloading = true
const batch = []
export function flush() {
  if (buf.length) {
    fs.writeSync(fd, buf.join('\n') + '\n')
    buf = []
    bufLen = 0
  }
}
export function line(s) {
  buf.push(s)
  bufLen += s.length
  if (bufLen > 1 << 22) flush()
}
export function arrive(at, s) {
  const k = Math.max(drained + 1, Math.floor(at))
  const b = buckets.get(k)
  if (b) b.push(s)
  else buckets.set(k, [s])
}
export function write(s) {
  line(s)
  stats.lines++
  stats.bytes += s.length + 1
  batch.push(s)
  if (batch.length === 200) {
    if (+options.dup && chance() < 0.001) {
      const at = clock.now + between(60, 600)
      for (const x of batch) arrive(at, x)
      stats.dup += 200
    }
    batch.length = 0
  }
}
export function drain(to) {
  for (let k = drained + 1; k <= to; k++) {
    drained = k
    const b = buckets.get(k)
    if (b) {
      buckets.delete(k)
      for (const s of b) write(s)
    }
  }
}
export const lateMax = Math.min(900, SPAN * 0.9),
  lateDayMax = Math.min(24 * HOUR, SPAN * 0.9)
export function emit(kind, s, telemetry) {
  if (preloading) {
    line(s)
    return
  }
  stats.distinct++
  stats.kinds[kind] = (stats.kinds[kind] ?? 0) + 1
  let d
  if (telemetry) d = between(0, 3)
  else {
    const x = chance() / (+options.skew || 1e-9)
    d =
      x < 0.01
        ? (stats.lateDay++, between(Math.min(lateMax, lateDayMax), lateDayMax))
        : x < 0.06
          ? (stats.late15m++, between(2, lateMax))
          : between(0, 2)
  }
  arrive(clock.now + d, s)
  if (chance() < +options.dup) {
    stats.dup++
    arrive(clock.now + d + between(0, lateMax), s)
  }
}
/** What is written from now on goes to this file of the folder; `preload`: as it comes, without arrival. */
export function openFile(name, preload) {
  fd = fs.openSync(path.join(options.out, name), 'w')
  preloading = preload
}
export function closeFile() {
  flush()
  fs.closeSync(fd)
}
/** Everything that has not arrived yet, in its order. */
export function drainRest() {
  const byTime = () => [...buckets.keys()].sort((a, b) => a - b)
  for (const k of byTime()) {
    const b = buckets.get(k)
    buckets.delete(k)
    drained = k
    for (const s of b) write(s)
  }
  for (const k of byTime()) for (const s of buckets.get(k)) write(s)
}
