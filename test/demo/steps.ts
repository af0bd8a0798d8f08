/** One thing that the demo promises, and whether it came true. */
export type Step = {
  readonly attack: string
  readonly step: string
  readonly ok: boolean
  /** Seconds since the company went to work. */
  readonly at: number
  readonly says: string
}

export type Steps = {
  readonly all: readonly Step[]
  /** Waits until the check gives words, or its time is over. */
  readonly expect: (
    attack: string,
    step: string,
    withinMs: number,
    check: () => Promise<string | undefined> | string | undefined,
  ) => Promise<boolean>
}

const lookMs = 200

/** @param now milliseconds since the company went to work */
export function stepsFrom(now: () => number, told: (step: Step) => void): Steps {
  const all: Step[] = []
  const add = (step: Step): boolean => {
    all.push(step)
    told(step)
    return step.ok
  }
  return {
    all,
    async expect(attack, step, withinMs, check) {
      const until = now() + withinMs
      for (;;) {
        const says = await check()
        const at = Math.round(now() / 100) / 10
        if (says !== undefined) return add({ attack, step, ok: true, at, says })
        if (now() > until)
          return add({ attack, step, ok: false, at, says: `not within ${withinMs / 1000} s` })
        await new Promise((resolve) => void setTimeout(resolve, lookMs))
      }
    },
  }
}
