/** A value that was written at one time and takes effect at another, as all of IAM does. Times are epoch ms. */
type Entry<T> = { readonly written: number; readonly effective: number; readonly value: T }

/** How long a value that was replaced can still be read or in effect; at most one minute is ever asked for. */
const keptMs = 60_000

export type Timeline<T> = {
  /** What a read returns: the last value, or what was the last `lag` ms ago. */
  readonly read: (now: number, lag?: number) => T
  /** What calls are judged by. */
  readonly inEffect: (now: number) => T
  /** Takes effect `delay` ms after now, and never before what was written earlier. */
  readonly write: (value: T, now: number, delay: number) => void
}

export function timeline<T>(first: T, now: number): Timeline<T> {
  // Bounded: entries that are in effect for a minute are dropped but for the last of them.
  let entries: Entry<T>[] = [{ written: now, effective: now, value: first }]
  const last = (isPast: (entry: Entry<T>) => boolean): T =>
    (entries.findLast(isPast) ?? entries[0] ?? { value: first }).value
  return {
    read: (at, lag = 0) => last(({ written }) => written <= at - lag),
    inEffect: (at) => last(({ effective }) => effective <= at),
    write: (value, at, delay) => {
      const old = entries.findLastIndex(
        ({ effective, written }) => effective <= at - keptMs && written <= at - keptMs,
      )
      entries = entries.slice(Math.max(0, old))
      const before = entries.at(-1)?.effective ?? at
      entries.push({ written: at, effective: Math.max(before, at + delay), value })
    },
  }
}
