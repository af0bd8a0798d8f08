import type {
  Message,
  ToCorrelate,
  ToDetect,
  ToEffects,
  ToJoin,
  ToStory,
} from '#shared/messages/hops.ts'
import { hop, pipeline, type Hop } from '#shared/pipeline/run.ts'
import type { Policy } from '#shared/policy.ts'
import { correlate } from './correlate/correlate.ts'
import type { CorrelateState } from './correlate/state.ts'
import { facetsOf, type Detection } from './detect/detection.ts'
import { detect, type DetectState } from './detect/detect.ts'
import { join, type JoinState } from './join/join.ts'
import { admit, type Admission, type AdmitState } from './normalise/admit.ts'
import { story, type StoryState } from './story/story.ts'
import { traffic, type HotKey } from './traffic.ts'

/** Any message of the pipeline. */
export type Flowing = Admission | Message

export type EngineOptions = {
  readonly partitions: number
  readonly policy: Policy
  readonly detections: readonly Detection[]
  /** Record ids that each partition of normalise remembers. */
  readonly recentMax: number
}

/** What every hop knows, by partition. Between two units of work this is all that there is to know. */
export type EngineStates = {
  readonly normalise: readonly AdmitState[]
  readonly join: readonly JoinState[]
  readonly correlate: readonly CorrelateState[]
  readonly detect: readonly DetectState[]
  readonly story: readonly StoryState[]
}

/** The hops with their state, and the one way to move them. */
export type Engine = {
  /** One unit of work: a logged batch runs through all hops until they are quiet. */
  readonly unit: (batch: readonly Flowing[]) => readonly ToEffects[]
  readonly states: EngineStates
  /** Keys that more than half of the latest messages of a partition bear. */
  readonly hot: () => readonly HotKey[]
}

/** What each hop does with one partition of its state. */
export const stepsOf = ({ policy, detections, recentMax }: Omit<EngineOptions, 'partitions'>) => ({
  normalise: admit(recentMax),
  correlate: correlate(policy, facetsOf(detections)),
  join,
  detect: detect(detections, policy),
  story,
})

/**
 * The picture as code, in the order that a record meets the hops:
 *
 *     records ─▶ normalise ─▶ correlate ⇄ join
 *                                 ▼
 *                              detect ─▶ story ─▶ effects
 *
 * Correlate and join talk until neither has anything left to say; then detect judges, then story tells.
 *
 * @param from states of an engine of the same code, settings and number of partitions: this one goes on where that one stood
 */
export function engine(options: EngineOptions, from?: EngineStates): Engine {
  const { partitions } = options
  const steps = stepsOf(options)
  const of = <To extends Flowing['to']>(to: To) => {
    return (message: Flowing): message is Extract<Flowing, { to: To }> => message.to === to
  }
  const normalised = hop<AdmitState, Flowing, Admission>(
    steps.normalise,
    of('normalise'),
    partitions,
    from?.normalise,
  )
  const correlated = hop<CorrelateState, Flowing, ToCorrelate>(
    steps.correlate,
    of('correlate'),
    partitions,
    from?.correlate,
  )
  const joined = hop<JoinState, Flowing, ToJoin>(steps.join, of('join'), partitions, from?.join)
  const detected = hop<DetectState, Flowing, ToDetect>(
    steps.detect,
    of('detect'),
    partitions,
    from?.detect,
  )
  const told = hop<StoryState, Flowing, ToStory>(steps.story, of('story'), partitions, from?.story)
  const { begin, seen, hot } = traffic()
  const stages: readonly (readonly Hop<Flowing>[])[] = [
    // Each record has a key of its own there.
    [normalised],
    [seen(correlated), seen(joined)],
    [seen(detected)],
    [seen(told)],
  ]
  const { unit } = pipeline(stages, partitions)
  return {
    unit(batch) {
      begin()
      return unit(batch).filter(of('effects'))
    },
    hot,
    states: {
      normalise: normalised.states,
      join: joined.states,
      correlate: correlated.states,
      detect: detected.states,
      story: told.states,
    },
  }
}
