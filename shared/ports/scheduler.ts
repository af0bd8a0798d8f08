/** Time and turns, for the one who loops. */
export type Scheduler = {
  /** The clock of this machine, epoch ms. It may jump. */
  now(): number
  /** Milliseconds since some moment; never goes back. */
  elapsed(): number
  /** Does the work once what came in meanwhile has had its turn. */
  soon(work: () => void): void
  /** Does the work after a while, unless what it returns is called before. */
  later(ms: number, work: () => void): () => void
}
