/** How much property tests do; read once, so that no test looks at the environment itself. */

/** Whether this is the long run (npm run test:long). */
export const longRuns = process.env['TEST_LONG'] === '1'

/** The seed to repeat, as fast-check printed it when the property failed. */
export const seed = process.env['TEST_SEED'] ? Number(process.env['TEST_SEED']) : undefined

/**
 * `numRuns` for a property that states its own count: dear ones a smaller one than fast-check's
 * 100, cheap ones a larger one. The long run makes it fifty times as many.
 */
export function runs(quick: number): number {
  return longRuns ? quick * 50 : quick
}
