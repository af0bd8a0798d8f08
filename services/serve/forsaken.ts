import type { Progress } from '#shared/messages/activity.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { Loop } from './loop.ts'

/**
 * The loop as sources are given it. A frontier is the lowest of the sources that cover a scope (SEMANTICS E1), so one that the
 * settings name no more would hold it for ever: once a source tells of a scope, what forsaken ones told of it is taken back in
 * the same batch. Until then it stays, since it is still true.
 *
 * @param names the sources that there are
 */
export function takingBack(loop: Loop, names: ReadonlySet<string>): Intake {
  const forsaken = ({ scope }: Progress): Progress[] => {
    // Every partition has heard the same.
    const [state] = loop.engine().states.correlate
    return [...(state?.progress.get(scope)?.values() ?? [])]
      .filter(({ source }) => !names.has(source))
      .map((told) => ({ ...told, from: Infinity, upTo: -Infinity }))
  }
  return {
    bookmark: (source) => loop.bookmark(source),
    offer: (offer) => {
      const { progress = [] } = offer
      const back = progress.flatMap(forsaken)
      return loop.offer(back.length > 0 ? { ...offer, progress: [...back, ...progress] } : offer)
    },
  }
}
