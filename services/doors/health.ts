import type { SourceState } from './board.ts'

/**
 * How a source does: `ok` was heard in time; `quiet` may be silent for ever, so its silence says nothing; `silent` is not heard
 * in time; `failing` could not be asked since it was last heard.
 */
export type SourceHealth = {
  readonly source: string
  readonly is: 'ok' | 'quiet' | 'silent' | 'failing'
  /** Seconds since it was last heard, or since it is expected if it never was. */
  readonly seconds: number
  readonly heard: boolean
  readonly why?: string
}

export function healthOf(state: SourceState, now: number): SourceHealth {
  const { name, since, silence, heard, failedAt, failure } = state
  const seconds = Math.max(0, Math.floor((now - (heard || since)) / 1000))
  const health = { source: name, seconds, heard: heard > 0 }
  if (failedAt > heard) return { ...health, is: 'failing', why: failure }
  if (silence === undefined) return { ...health, is: 'quiet' }
  return { ...health, is: seconds <= silence ? 'ok' : 'silent' }
}

/** Is every source that must not be silent heard, and can every one be asked? */
export const allHeard = (health: readonly SourceHealth[]): boolean =>
  health.every(({ is }) => is === 'ok' || is === 'quiet')
