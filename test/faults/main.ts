/**
 * `npm run test:faults [-- NAME…]`: plants mistakes in a copy of the code, one at a time, and runs the tests that must notice.
 * Ends with one JSON line {"caught","of","missed"}; `missed` names faults that no test saw, and stale ones that do not fit
 * the code any more. Exit status 0 only if every fault was caught.
 */
import { fileURLToPath } from 'node:url'
import { faults, type Fault } from './faults.ts'
import { copyOf, removeCopy, testsPass, tryFault, type Fate } from './plant.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const seed = 20_260_504

process.exitCode = await main(process.argv.slice(2))

async function main(names: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? faults : faults.filter(({ name }) => names.includes(name))
  const copy = await copyOf(root)
  try {
    if (!(await soundTests(copy, chosen))) {
      process.stderr.write('The tests fail without any fault; mend that first.\n')
      return 1
    }
    const fates = new Map<Fault, Fate>()
    for (const fault of chosen) {
      const fate = await tryFault(copy, fault, seed)
      fates.set(fault, fate)
      process.stdout.write(`${fate.padEnd(8)}${fault.name}: ${fault.why}\n`)
    }
    const missed = [...fates]
      .filter(([, fate]) => fate !== 'caught')
      .map(([{ name }, fate]) => (fate === 'stale' ? `${name} (stale)` : name))
    process.stdout.write(
      `${JSON.stringify({ caught: chosen.length - missed.length, of: chosen.length, missed })}\n`,
    )
    return missed.length === 0 && chosen.length > 0 ? 0 : 1
  } finally {
    await removeCopy(copy)
  }
}

/** A test that fails anyway catches nothing. */
function soundTests(copy: string, chosen: readonly Fault[]): Promise<boolean> {
  return testsPass(copy, [...new Set(chosen.flatMap(({ tests }) => tests))], seed)
}
