import type { Progress } from '#shared/messages/activity.ts'

/** What each partition of normalise has passed on, by scope and source. As many as sources have scopes, times partitions. */
export type AlignedState = Map<string, (Progress | undefined)[]>

/**
 * Progress of a source goes through every partition of normalise, behind the records that it completes there. So it holds as far as
 * all of them have passed it on: what they say in common.
 *
 * @returns what holds now; undefined as long as one has said nothing, or all say what they said before
 */
export function align(
  state: AlignedState,
  told: Progress,
  partition: number,
  partitions: number,
): Progress | undefined {
  const name = `${told.scope}\n${told.source}`
  const all = state.get(name) ?? Array.from({ length: partitions }, () => undefined)
  state.set(name, all)
  const before = inCommon(all)
  all[partition] = told
  const now = inCommon(all)
  if (!now || (before && isSame(before, now))) return undefined
  if (now.from === Infinity) state.delete(name)
  return now
}

/** Who covers the scope no more has passed on everything before; it holds nobody up, and counts once all say so. */
function inCommon(all: readonly (Progress | undefined)[]): Progress | undefined {
  const told = all.filter((each) => each !== undefined)
  if (told.length < all.length) return undefined
  const covering = told.filter(({ from }) => from !== Infinity)
  const [first] = covering.length === 0 ? told : covering
  return (
    first && {
      ...first,
      from: Math.max(...covering.map(({ from }) => from), first.from),
      upTo: Math.min(...covering.map(({ upTo }) => upTo), first.upTo),
    }
  )
}

const isSame = (a: Progress, b: Progress): boolean =>
  a.from === b.from && a.upTo === b.upTo && a.within === b.within
