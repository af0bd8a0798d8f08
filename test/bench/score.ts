import type { Finding } from '#shared/messages/finding.ts'

/** What must be found: one line of truth.jsonl. */
export type Truth = { readonly rule: string; readonly credential: string }

/** A rule of the benchmark, and the detections that answer it. R1 and R3 ask the same of a root and of a child key. */
type Scored = { readonly rules: readonly string[]; readonly detections: readonly string[] }

/** R4 (a first IAM write after a quiet day) needs baselines, which Keytrail does not have. */
export const scored: Readonly<Record<string, Scored>> = {
  'R1+R3': { rules: ['R1', 'R3'], detections: ['reused-by-task', 'reused-by-agent'] },
  R2: { rules: ['R2'], detections: ['session-in-two-places'] },
  R5: { rules: ['R5'], detections: ['used-after-end'] },
}

export type RuleScore = {
  readonly expected: number
  readonly raised: number
  readonly hits: number
  readonly missed: readonly string[]
  readonly wrong: readonly string[]
}
export type Score = {
  readonly recall: number
  readonly precision: number
  readonly rules: Readonly<Record<string, RuleScore>>
}

/** Compares findings with the truth on (rule, credential): a credential counts once for each rule. */
export function score(
  findings: readonly Pick<Finding, 'detection' | 'credentials'>[],
  truth: readonly Truth[],
): Score {
  const rules = Object.fromEntries(
    Object.entries(scored).map(([name, rule]) => [name, scoreOf(rule, findings, truth)]),
  )
  const sum = (part: 'expected' | 'raised' | 'hits'): number =>
    Object.values(rules).reduce((total, rule) => total + rule[part], 0)
  return {
    recall: share(sum('hits'), sum('expected')),
    precision: share(sum('hits'), sum('raised')),
    rules,
  }
}

function scoreOf(
  { rules, detections }: Scored,
  findings: readonly Pick<Finding, 'detection' | 'credentials'>[],
  truth: readonly Truth[],
): RuleScore {
  const expected = new Set(
    truth.filter(({ rule }) => rules.includes(rule)).map((t) => t.credential),
  )
  const raised = new Set(
    findings
      .filter(({ detection }) => detections.includes(detection))
      .flatMap(({ credentials }) => credentials),
  )
  const missed = [...expected.difference(raised)].toSorted()
  const wrong = [...raised.difference(expected)].toSorted()
  return {
    expected: expected.size,
    raised: raised.size,
    hits: expected.size - missed.length,
    missed,
    wrong,
  }
}

/** Nothing wanted is all found; nothing raised is nothing raised wrongly. */
const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)
