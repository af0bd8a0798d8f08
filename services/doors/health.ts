import { backlogOf, type Backlog } from './behind.ts'
import type { SourceState } from './board.ts'

/**
 * How a source does: `ok` was heard in time; `quiet` may be silent for ever, so its silence says nothing; `silent` is not heard
 * in time, or answers and brings nothing in time; `stuck` has messages of which none is taken; `failing` could not be asked since it
 * was last heard.
 */
export type SourceHealth = {
  readonly source: string
  readonly is: 'ok' | 'quiet' | 'silent' | 'stuck' | 'failing'
  /** Seconds since it was last heard, or since it is expected if it never was. */
  readonly seconds: number
  readonly heard: boolean
  readonly why?: string
  /** Messages that wait at its broker, where that is known, and in which partitions: the first of those where most do. */
  readonly behind?: number
  readonly partitions?: Backlog['partitions']
}

/** Partitions that are shown. */
const shownMax = 20

export function healthOf(state: SourceState, now: number): SourceHealth {
  const { name, since, heard } = state
  const seconds = secondsSince(heard || since, now)
  const backlog = backlogOf(state.behind, now)
  const waiting = backlog && {
    behind: backlog.messages,
    partitions: backlog.partitions.slice(0, shownMax),
  }
  return { source: name, seconds, heard: heard > 0, ...howIs(state, backlog, now), ...waiting }
}

function howIs(
  state: SourceState,
  backlog: Backlog | undefined,
  now: number,
): Pick<SourceHealth, 'is' | 'why'> {
  const { since, silence, brings, heard, failedAt, failure } = state
  if (failedAt > heard) return { is: 'failing', why: failure }
  if (backlog?.stuck) {
    const { partition, messages, seconds } = backlog.stuck
    const why = `${messages} messages wait in partition ${partition}, and none was taken for ${seconds} s`
    return { is: 'stuck', why }
  }
  if (silence !== undefined && secondsSince(heard || since, now) > silence) return { is: 'silent' }
  const empty = emptyFor(state, now)
  if (brings !== undefined && empty > brings)
    return { is: 'silent', why: `it answers, but nothing came for ${empty} s` }
  return { is: silence === undefined ? 'quiet' : 'ok' }
}

/** Seconds since something was taken of it, or since it is expected if nothing ever was. */
export const emptyFor = ({ brought, since }: SourceState, now: number): number =>
  secondsSince(brought || since, now)

const secondsSince = (then: number, now: number): number =>
  Math.max(0, Math.floor((now - then) / 1000))

/** Is every source that must not be silent heard, and can every one be asked? */
export const allHeard = (health: readonly SourceHealth[]): boolean => !health.some(isBlind)

/** It must not be silent and is, cannot be asked, or is not taken from. */
export const isBlind = ({ is }: SourceHealth): boolean => is !== 'ok' && is !== 'quiet'
