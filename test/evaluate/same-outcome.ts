import type { Replayed } from '#services/replay/replay.ts'
import { check, type Check } from './check.ts'
import type { Entry } from './entries.ts'
import { arrivalOf, type Way } from './run.ts'

const partitionCounts = [1, 3, 8]

/**
 * The same records give the same outcome over any number of partitions and for any arrival. Stops at the first seed that
 * differs and names it.
 */
export async function sameOutcome(
  entry: Entry,
  base: Replayed,
  run: (way: Way) => Promise<Replayed>,
  arrivals: number,
): Promise<Check[]> {
  const checks: Check[] = []
  for (const partitions of partitionCounts) {
    const { hash } = await run({ partitions })
    checks.push(check(entry.name, `same outcome over ${partitions} partitions`, hash === base.hash))
  }
  for (let seed = 1; seed <= arrivals; seed++) {
    const partitions = partitionCounts[seed % partitionCounts.length] ?? 1
    const arrival = arrivalOf(seed)
    const { hash, counts } = await run({ partitions, arrival, batch: 50 + ((seed * 37) % 500) })
    const same = hash === base.hash && counts.mapped === base.counts.mapped
    if (same) continue
    const flags = Object.entries(arrival).map(([name, value]) => `${name} ${value}`)
    return [
      ...checks,
      check(entry.name, 'same outcome for any arrival', false, `seed ${seed}: ${flags.join(', ')}`),
    ]
  }
  return [...checks, check(entry.name, `same outcome for ${arrivals} arrivals`, true)]
}
