/** Time as the simulated people and programs see it. */
export type Time = {
  /** Epoch ms. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export const realTime: Time = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
}

export type PlayedTime = Time & {
  /** Lets time pass, from one sleeper's end to the next, until the work is done. */
  readonly play: (work: Promise<unknown>) => Promise<void>
}

/** Time that passes only while everybody sleeps: a minute takes as long as the work in it. */
export function playedTime(start: number): PlayedTime {
  let now = start
  let sleepers: { readonly at: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + Math.round(ms), wake })
      }),
    async play(work) {
      let isDone = false
      const end = work.finally(() => (isDone = true))
      // What is awake goes on until all of it sleeps again.
      const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
      for (await settle(); !isDone; await settle()) {
        const next = Math.min(...sleepers.map(({ at }) => at))
        if (next === Infinity) continue
        now = Math.max(now, next)
        const due = sleepers.filter(({ at }) => at <= now)
        sleepers = sleepers.filter(({ at }) => at > now)
        for (const { wake } of due) wake()
      }
      await end
    },
  }
}
