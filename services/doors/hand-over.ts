import { Transient } from '#shared/errors.ts'
import type { AgentActivity } from '#shared/messages/activity.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import { isReport, type Normalised } from '#shared/messages/record.ts'
import type { Intake } from '#shared/ports/intake.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import type { DoorBoard } from './board.ts'

/** What became of a request at its door. */
export type Sorted = {
  readonly source: string
  readonly received: number
  readonly records: readonly {
    readonly record: string
    readonly activities: readonly AgentActivity[]
  }[]
  /** Items taken, whether or not they say anything. */
  readonly taken: number
  readonly refused: readonly RefusedItems[]
}

/** Items that were refused for one reason, with the ordinal of the first of them. */
export type RefusedItems = {
  readonly reason: string
  readonly field: string
  readonly count: number
  readonly ordinal: number
}

/** Not taken for now: whoever sent it should try again. */
export type NotNow = { readonly status: 503; readonly why: string; readonly retryAfter: number }

/** Reasons of one request that become dead letters of their own; the rest is only counted. */
const lettersMax = 20
const hourMs = 3_600_000
/** Seconds after which a sender may find the log writable again. */
const brokenRetry = 10
/** Later than this after the event a report corroborates nothing (DESIGN §3.1). */
const onTimeMs = 5 * 60_000

/** What agents say; nothing that is pushed may speak for AWS. */
export const reportsOf = ({
  activities,
}: Pick<Extract<Normalised, { as: 'mapped' }>, 'activities'>): readonly AgentActivity[] =>
  activities.filter(isReport)

/** Hands over what came in, and tells the board; undefined once it is logged. What says nothing is not logged. */
export async function handOver(
  intake: Intake,
  board: DoorBoard,
  sorted: Sorted,
): Promise<NotNow | undefined> {
  const { source, received, records } = sorted
  const dead = lettersOf(sorted)
  if (records.length > 0 || dead.length > 0) {
    const held = await offered(intake, { source, received, records, dead })
    if (held) return held
  }
  board.request(source, received, { ...timing(sorted), ...counts(sorted) })
  return undefined
}

async function offered(
  intake: Intake,
  offer: Parameters<Intake['offer']>[0],
): Promise<NotNow | undefined> {
  try {
    const taken = await intake.offer(offer)
    if (taken.as === 'logged') return undefined
    const why = 'too much waits to be logged; try again'
    return { status: 503, why, retryAfter: taken.retryAfterSeconds }
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause
    return { status: 503, why: 'the log cannot be written now', retryAfter: brokenRetry }
  }
}

/**
 * A pushed item is not kept where it was refused: its sender has it and was told. The letter says who sent it, what was wrong
 * with which field, and in which hour; a sender who goes on sending the same makes no more of them.
 */
function lettersOf({ source, received, refused }: Sorted): DeadLetter[] {
  const hour = Math.floor(received / hourMs)
  return refused.slice(0, lettersMax).map(({ reason, field, ordinal }) => {
    const pointer = { source, offset: ordinal, within: `${hour} ${reason}` }
    return deadLetter(pointer, reason, field, '')
  })
}

const counts = ({ taken, refused }: Sorted) => ({
  taken,
  refused: refused.reduce(
    (sums, { reason, count }) => sums.set(reason, (sums.get(reason) ?? 0) + count),
    new Map<string, number>(),
  ),
})

function timing({ received, records }: Sorted): { late: number; lag: number | undefined } {
  let late = 0
  let latest = -Infinity
  for (const { activities } of records)
    for (const activity of activities) {
      const at = timeOf(activity)
      if (received > at + onTimeMs) late++
      if (at > latest) latest = at
    }
  return { late, lag: latest === -Infinity ? undefined : received - latest }
}

const timeOf = (activity: AgentActivity): number =>
  activity.kind === 'tool.called' ? (activity.end ?? activity.time) : activity.time
