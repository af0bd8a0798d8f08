/** Where sources tell that they live, so that silence is seen (DESIGN §3 rule 9). Times are epoch ms of the source's own door. */
export type Board = {
  /** Something came, or a poll came back empty. */
  readonly heard: (source: string, at: number) => void
  /** It could not be asked or read; `why` is in our own words, fit for logs and pages. */
  readonly failed: (source: string, at: number, why: string) => void
}
