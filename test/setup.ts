/**
 * Before each test file. Only a long or repeated run pays for loading fast-check here:
 * `TEST_LONG=1` (npm run test:long) multiplies the runs of property tests,
 * `TEST_SEED=n` repeats the run that printed that seed.
 */
import { longRuns, seed } from './property.ts'

if (seed !== undefined || longRuns) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ ...(longRuns && { numRuns: 5_000 }), ...(seed !== undefined && { seed }) })
}
