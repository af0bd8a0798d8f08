/** A whole story: records in, incidents out (`expected.json` beside it). */
export type Scenario = {
  /** What happens, in a sentence. */
  readonly story: string
  /** Reports and CloudTrail records, in any order. */
  readonly records: readonly unknown[]
  readonly issuers?: readonly string[]
  /** Accounts that the records cover completely, as `--covers` says. */
  readonly covers?: readonly string[]
}
