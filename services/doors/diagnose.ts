import { agentsIn, provenOf, sharesInWords, totalOf } from './diagnose-agents.ts'
import { sourcesIn } from './diagnose-sources.ts'
import type { Report } from './report.ts'

/** One thing that was looked at. `unknown` is said where nothing can be known: it is never "fine". */
export type Check = {
  readonly what: string
  readonly is: 'fine' | 'unknown' | 'wrong'
  readonly says: string
  /** What a person can do about it. */
  readonly todo?: string
  /** Of an agent: its uses by rank, and every reason why some cannot be measured. */
  readonly uses?: Readonly<Record<'agent' | 'task', Readonly<Record<string, number>>>>
  readonly why?: readonly string[]
}

/** What is right, what is wrong and what cannot be known of a program that serves. */
export const diagnose = (report: Report): readonly Check[] => [
  report.notReady === null
    ? { what: 'loop', is: 'fine', says: 'records are logged and judged' }
    : { what: 'loop', is: 'wrong', says: report.notReady, todo: 'its log says more' },
  ...sourcesIn(report),
  ...frontiersIn(report),
  ...hotKeysIn(report),
  ...lettersIn(report),
  ...deliveriesIn(report),
  ...attributionIn(report),
  ...agentsIn(report),
]

function frontiersIn({ frontiers, now }: Report): Check[] {
  const what = 'complete accounts'
  if (!frontiers || frontiers.length === 0) {
    const says = 'none is known to be complete, so that a record is missing proves nothing'
    return [{ what, is: 'unknown', says, todo: 'let serve read CloudTrail itself' }]
  }
  return frontiers.map(({ scope, upTo, within }): Check => {
    const age = upTo === null ? 0 : now - upTo
    const says = `complete up to ${Math.max(0, Math.round(age / 1000))} s ago`
    const fine = { what: `account ${scope}`, is: 'fine', says } as const
    return age <= within ? fine : { ...fine, is: 'wrong', todo: 'see the source that reads it' }
  })
}

const hotKeysIn = ({ hotKeys }: Report): Check[] =>
  (hotKeys ?? []).map(({ hop, partition, key, share }) => ({
    what: `partition ${partition} of ${hop}`,
    is: 'fine',
    says: `at least ${Math.floor(100 * share)} % of its messages are of ${key}, which no further partition or process would share`,
  }))

function lettersIn({ deadLetters }: Report): Check[] {
  const what = 'dead letters'
  if (!deadLetters) return [{ what, is: 'unknown', says: 'nobody counts them' }]
  const [worst] = deadLetters.toSorted((a, b) => b.count - a.count)
  if (!worst) return [{ what, is: 'fine', says: 'none' }]
  const says = `most often, ${worst.count} times: ${worst.reason}`
  return [{ what, is: 'wrong', says, todo: 'what could not be understood was not judged' }]
}

const deliveriesIn = ({ deliveries }: Report): Check[] =>
  (deliveries ?? []).map(({ to, waiting, dead }): Check => {
    const check = { what: `alerts to ${to}`, says: `waiting ${waiting}, given up ${dead}` }
    return dead === 0
      ? { ...check, is: 'fine' }
      : {
          ...check,
          is: 'wrong',
          todo: 'keytrail alerts dead says why, alerts retry --all sends again',
        }
  })

function attributionIn({ attribution }: Report): Check[] {
  if (!attribution) return [{ what: 'attribution', is: 'unknown', says: 'nobody counts it' }]
  return Object.entries(attribution).map(([level, ranks]): Check => {
    const what = `attribution, ${level}`
    if (totalOf(ranks) === 0)
      return { what, is: 'unknown', says: 'not measurable: no use was seen yet' }
    const shares = sharesInWords(ranks)
    if (provenOf(ranks) > 0) return { what, is: 'fine', says: shares }
    const says = `not measurable: ${shares}; no use has a holder by evidence`
    return {
      what,
      is: 'wrong',
      says,
      todo: `register agents and report request ids: docs/instrument.md`,
    }
  })
}
