/**
 * `npm run test:faults [-- NAME…]`: plants mistakes in a copy of the code, one at a time, and runs the tests that must notice.
 * Ends with one JSON line {"caught","of","missed"}; `missed` names faults that no test saw, stale ones that do not fit
 * the code any more, and those whose tests fail without them. Exit status 0 only if every fault was caught.
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
    const unsound = await unsoundTests(copy, chosen)
    const fates = new Map<Fault, Fate>()
    for (const fault of chosen) {
      const spoilt = fault.tests.some((test) => unsound.has(test))
      const fate = spoilt ? 'unsound' : await tryFault(copy, fault, seed)
      fates.set(fault, fate)
      process.stdout.write(`${fate.padEnd(8)}${fault.name}: ${fault.why}\n`)
    }
    const missed = [...fates]
      .filter(([, fate]) => fate !== 'caught')
      .map(([{ name }, fate]) => (fate === 'missed' ? name : `${name} (${fate})`))
    process.stdout.write(
      `${JSON.stringify({ caught: chosen.length - missed.length, of: chosen.length, missed })}\n`,
    )
    return missed.length === 0 && chosen.length > 0 ? 0 : 1
  } finally {
    await removeCopy(copy)
  }
}

/** Tests that fail without any fault: they catch nothing. */
async function unsoundTests(copy: string, chosen: readonly Fault[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const test of new Set(chosen.flatMap(({ tests }) => tests))) {
    if (await testsPass(copy, [test], seed)) continue
    found.add(test)
    process.stdout.write(`${test} fails without any fault; mend that first\n`)
  }
  return found
}
