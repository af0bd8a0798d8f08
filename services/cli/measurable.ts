import { detections } from '#services/detect/detections/index.ts'
import { everySession } from '#services/correlate/creds.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import type { Run } from './run-files.ts'

/** How far time is known, and what therefore could not be judged (DESIGN §3.9). */
export type Measurable = {
  /** Accounts that were declared complete, by id; times in RFC 3339. `upTo` null: the end of the files. */
  readonly frontiers: Readonly<
    Record<string, { readonly from: string | null; readonly upTo: null }>
  >
  readonly notMeasurable: readonly { readonly what: string; readonly why: string }[]
}

/** Says what this run was not able to see; a run that sees nothing must never look like "all clear". */
export function measurability({ replayed, tally, covers }: Run): Measurable {
  const states = replayed.engine.states.correlate
  const covered = new Map(
    states.flatMap(({ progress }) =>
      [...progress].map(([scope, sources]) => [
        scope,
        Math.max(...[...sources.values()].map(({ from }) => from)),
      ]),
    ),
  )
  const frontiers = Object.fromEntries(
    [...covered]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([scope, from]) => [scope, { from: time(from), upTo: null }]),
  )
  const bare = accountsOf(states).filter((account) => !covered.has(account) && !covered.has('*'))
  const partly = bare.filter((account) => covers.some((cover) => cover.account === account))
  const fully = bare.filter((account) => !partly.includes(account))
  const agents = states.some(({ registry }) => registry.agents.size > 0)
  return {
    frontiers,
    notMeasurable: [
      ...(fully.length > 0 ? [uncovered(fully, nobodySaid)] : []),
      ...(partly.length > 0 ? [uncovered(partly, onlyRegions)] : []),
      ...(tally.reports === 0 ? [noTelemetry] : []),
      ...(tally.reports > 0 && !agents ? [noAgents] : []),
    ],
  }
}

const time = (at: number): string | null =>
  Number.isFinite(at) ? new Date(at).toISOString() : null

const accountsOf = (states: readonly CorrelateState[]): string[] =>
  [...new Set(states.flatMap((state) => [...everySession(state)].map(({ account }) => account)))]
    .filter((account) => /^\d{12}$/.test(account))
    .toSorted()

/** Accounts that a message names; the rest is a number. */
const namedMax = 5

function uncovered(accounts: readonly string[], why: (named: string) => string) {
  const named = accounts.slice(0, namedMax).join(', ')
  const rest = accounts.length - namedMax
  return { what: waiting.join(', '), why: why(rest > 0 ? `${named} and ${rest} more` : named) }
}

const nobodySaid = (named: string): string =>
  `nobody said that these files hold everything that ${named} logged; say --covers ACCOUNT`

const onlyRegions = (named: string): string =>
  `of ${named} only some regions are declared complete, and keys are issued in any`

/** Detections whose evidence is that something is missing. */
const waiting = detections.filter(({ id }) => id === 'used-without-issue').map(({ id }) => id)

const noTelemetry = {
  what: 'who made each call, and for which task',
  why: 'no agent telemetry was among the files; docs/agent-activities.md says what to send',
}

const noAgents = {
  what: 'which principals belong to which agent',
  why: 'no agent is registered; docs/agent-activities.md says how',
}
