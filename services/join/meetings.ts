import type { PlaceUser } from '#shared/messages/hops.ts'
import type { TargetDeed } from '#shared/messages/session-facts.ts'
import { compareMarks } from '#shared/facts/mark.ts'
import { addTo, strings } from '#shared/facts/small-set.ts'

/** What meets under one `target:` or `place:`: registers by sender, and who asked for them. */
export type Meeting<T> = {
  readonly senders: Map<string, T>
  readonly askers: string[]
  dropped: number
}

export const emptyMeeting = <T>(): Meeting<T> => ({ senders: new Map(), askers: [], dropped: 0 })

/** Askers that one target or place answers. */
const askers = strings(1024)
export const addMeetingAsker = <T>(entry: Meeting<T>, asker: string): boolean =>
  addTo(entry.askers, asker, askers)

/** Deeds on one target that its askers hear of, and principals at one place: the earliest of either. */
const deedsMax = 64
const usersMax = 4
const agentsMax = 4
/**
 * Senders that a target or place remembers. A sender may move or withdraw what it said, so more are kept than answered;
 * the earliest stay, which are what the answer is made of.
 */
const sendersMax = 1024

/** Sets or withdraws what one sender says; true if the answer may have changed. */
export function hear<T extends PlaceUser | TargetDeed>(
  entry: Meeting<T>,
  sender: string,
  says: T | undefined,
): boolean {
  if (says === undefined) return entry.senders.delete(sender)
  entry.senders.set(sender, says)
  if (entry.senders.size > sendersMax) {
    const last = [...entry.senders].reduce((max, each) =>
      compareMarks(each[1], max[1]) > 0 ? each : max,
    )
    entry.senders.delete(last[0])
    entry.dropped++
  }
  return true
}

export const deedsOf = (entry: Meeting<TargetDeed>): TargetDeed[] =>
  [...entry.senders.values()].toSorted(compareMarks).slice(0, deedsMax)

/** The earliest principals at a place, one mark for each program that they use. */
export function usersOf(entry: Meeting<PlaceUser>): PlaceUser[] {
  const found: PlaceUser[] = []
  const principals = new Set<string>()
  for (const user of [...entry.senders.values()].toSorted(compareMarks)) {
    if (principals.size === usersMax && !principals.has(user.principal)) continue
    const same = found.filter(({ principal }) => principal === user.principal)
    if (same.length >= agentsMax || same.some(({ agent }) => agent === user.agent)) continue
    principals.add(user.principal)
    found.push(user)
  }
  return found
}
