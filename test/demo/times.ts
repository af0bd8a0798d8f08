import type { Step } from './steps.ts'

/** Seconds since the company went to work. */
export type Times = {
  /** Until the first alert came; null if none did. */
  readonly firstAlert: number | null
  readonly story: number
}

/** What the demo takes where nothing else keeps the machine busy, in seconds. */
const usual: { readonly [name in keyof Times]: number } = { firstAlert: 15, story: 60 }

/** @param storyMs how long all of it took */
export function timesOf(steps: readonly Step[], storyMs: number): Times {
  const alerts = steps.filter(({ step, ok }) => step === 'alert' && ok).map(({ at }) => at)
  return {
    firstAlert: alerts.length > 0 ? Math.min(...alerts) : null,
    story: Math.round(storyMs / 100) / 10,
  }
}

/** Is it as quick as we say? */
export const isQuick = ({ firstAlert, story }: Times): boolean =>
  (firstAlert ?? 0) <= usual.firstAlert && story <= usual.story

/** How long it took, a sentence or two; a slow machine is no broken promise of the product, and is told all the same. */
export function timesInWords(times: Times): string {
  const { firstAlert, story } = times
  const alert = firstAlert === null ? '' : `The first alert came after ${firstAlert} s; `
  const took = `${alert}${alert === '' ? 'The' : 'the'} whole story took ${story} s.`
  if (isQuick(times)) return took
  return `${took} That is slower than we say (${usual.firstAlert} s and ${usual.story} s): this machine is slow, or busy with something else.`
}
