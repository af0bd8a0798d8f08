/** A clock that stands until its owner moves it. It never goes back: what took effect stays in effect. */
export type VirtualClock = {
  /** Epoch ms. */
  readonly now: () => number
  readonly advance: (ms: number) => void
}

export function virtualClock(start: number): VirtualClock {
  let at = start
  return {
    now: () => at,
    advance: (ms) => {
      at += Math.max(0, ms)
    },
  }
}
