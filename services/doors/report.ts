import { z } from 'zod'
import type { Vitals } from '#shared/ports/vitals.ts'
import type { SourceState } from './board.ts'
import { backlogOf } from './behind.ts'
import { emptyFor, healthOf } from './health.ts'
import { hotKeysIn } from './hot-keys.ts'

const Count = z.object({ reason: z.string(), count: z.number() })
const Shares = z.record(z.string(), z.number())

/** What `/status.json` says, and `keytrail doctor` reads. Times are epoch ms, lags ms; null is "not known". */
export const Report = z.object({
  now: z.number(),
  notReady: z.string().nullable(),
  sources: z.array(
    z.object({
      source: z.string(),
      is: z.enum(['ok', 'quiet', 'silent', 'stuck', 'failing']),
      seconds: z.number(),
      heard: z.boolean(),
      why: z.string().optional(),
      lag: z.number().nullable(),
      /** Messages that wait at its broker, the first partitions by name, and those of a queue that somebody has in hand. */
      behind: z.number().nullable(),
      partitions: z.array(z.object({ partition: z.number(), messages: z.number() })),
      inHand: z.number().nullable(),
      isCounted: z.boolean(),
      /** Seconds since something was taken, or since it is expected if nothing ever was. */
      empty: z.number(),
      sent: z.number().nullable(),
      /** Seconds in which something must come. */
      brings: z.number().nullable(),
      late: z.number(),
      taken: z.number(),
      refused: z.array(Count),
      /** How much is missing before more can be called complete, and the first of it by name. */
      lacking: z.number(),
      lackingFirst: z.array(z.string()),
    }),
  ),
  /** Up to when each account is complete (null: without end, as somebody declared), and how far behind now that may be. */
  frontiers: z
    .array(z.object({ scope: z.string(), upTo: z.number().nullable(), within: z.number() }))
    .nullable(),
  /** See Vitals. */
  hotKeys: z
    .array(z.object({ hop: z.string(), partition: z.number(), key: z.string(), share: z.number() }))
    .nullable(),
  deadLetters: z.array(Count).nullable(),
  attribution: z.object({ agent: Shares, task: Shares }).nullable(),
  /** Each agent, the most in doubt first; see AgentVitals. */
  agents: z
    .array(
      z.object({
        agent: z.string(),
        uses: z.object({ agent: Shares, task: Shares }),
        principals: z.number(),
        unseen: z.array(z.string()),
        named: z.array(z.string()),
        requests: z.number(),
        longLived: z.object({ uses: z.number(), keys: z.array(z.string()) }),
        sources: z.array(z.string()),
      }),
    )
    .nullable(),
  deliveries: z
    .array(z.object({ to: z.string(), waiting: z.number(), dead: z.number() }))
    .nullable(),
})
export type Report = z.infer<typeof Report>

/** What is missing is shown by name up to so many. */
const lackingShown = 20

export const reportOf = (states: readonly SourceState[], vitals: Vitals, now: number): Report => ({
  now,
  notReady: vitals.notReady ?? null,
  sources: states.map((state) => {
    const { lag = null, brings = null, isCounted = false, late, taken, refused, lacking } = state
    const reasons = [...refused].map(([reason, count]) => ({ reason, count }))
    const missing = { lacking: lacking.length, lackingFirst: lacking.slice(0, lackingShown) }
    const { behind = null, partitions = [], ...health } = healthOf(state, now)
    const inHand = backlogOf(state.behind, now)?.inHand ?? null
    const times = { empty: emptyFor(state, now), sent: state.sent || null, brings }
    const waiting = { behind, partitions: [...partitions], inHand, isCounted, ...times }
    return { ...health, ...waiting, lag, late, taken, refused: reasons, ...missing }
  }),
  frontiers: vitals.frontiers
    ? [...vitals.frontiers].map(([scope, { upTo, within }]) => ({
        scope,
        upTo: Number.isFinite(upTo) ? upTo : null,
        within,
      }))
    : null,
  hotKeys: vitals.hotKeys ? [...hotKeysIn(vitals)] : null,
  deadLetters: vitals.deadLetters ? [...vitals.deadLetters] : null,
  attribution: vitals.attribution ?? null,
  agents: vitals.agents
    ? vitals.agents.map(({ unseen, named, longLived, sources, ...agent }) => ({
        ...agent,
        unseen: [...unseen],
        named: [...named],
        longLived: { uses: longLived.uses, keys: [...longLived.keys] },
        sources: [...sources],
      }))
    : null,
  deliveries: vitals.deliveries
    ? vitals.deliveries.map(({ to, waiting, dead }) => ({ to, waiting, dead }))
    : null,
})
