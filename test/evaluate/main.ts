/**
 * `npm run evaluate -- FOLDER [--arrivals N] [--write] [--quiet]`: replays each sub-folder of a folder of records through the
 * real engine and checks what stands: against DEFEND.md, CHAINS.jsonl, BAD_INPUT.jsonl or expect.json where the folder has
 * them, and for any folder that nothing is lost and that neither partitions nor arrival change the outcome.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Replayed } from '#services/replay/replay.ts'
import { caseChecks, readExpect } from './cases.ts'
import { check, type Check } from './check.ts'
import { parseDefend, type Expectations } from './defend.ts'
import { documentOf } from './document.ts'
import { entriesOf, readEntry, type Entry } from './entries.ts'
import { judgeEntry, type Verdict } from './judge.ts'
import { badInputChecks, chainChecks, sumCheck } from './records.ts'
import { runner } from './run.ts'
import { sameOutcome } from './same-outcome.ts'
import { checksText, entryText } from './table.ts'

const usage = 'Usage: npm run evaluate -- FOLDER [--arrivals N] [--write]\n'
const page = new URL('../../docs/evaluation.md', import.meta.url)

process.exitCode = await main()

async function main(): Promise<number> {
  const options = read(process.argv.slice(2))
  if (!options) {
    process.stderr.write(usage)
    return 2
  }
  const { root, arrivals } = options
  const wanted = parseDefend(await readFile(join(root, 'DEFEND.md'), 'utf8').catch(() => ''))
  const entries = await entriesOf(root, new Set(wanted.files.map(({ folder }) => folder)))
  const runs: Evaluated[] = []
  for (const entry of entries) {
    const run = await evaluate(root, entry, wanted, arrivals)
    runs.push(run)
    process.stdout.write(`${entryText(entry, run.replayed)}\n`)
  }
  const replayed = new Map(runs.map((run) => [run.entry, run.replayed]))
  const checks = [
    check(root, 'there is something to replay', runs.length > 0),
    ...runs.flatMap((run) => run.checks),
    ...(await chainChecks(root, replayed)),
    ...(await badInputChecks(root)),
  ]
  if (options.write) await writeFile(page, documentOf(runs, checks, arrivals))
  process.stdout.write(`\n${checksText(checks)}\n`)
  return checks.every(({ passed }) => passed) ? 0 : 1
}

function read(args: string[]): { root: string; arrivals: number; write: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        arrivals: { type: 'string', default: '6' },
        write: { type: 'boolean', default: false },
      },
    })
    const [folder] = positionals
    const arrivals = Number(values.arrivals)
    if (folder === undefined || positionals.length > 1 || !Number.isInteger(arrivals))
      return undefined
    return { root: resolve(folder), arrivals, write: values.write }
  } catch {
    return undefined
  }
}

type Evaluated = {
  readonly entry: Entry
  readonly replayed: Replayed
  readonly checks: readonly Check[]
  readonly verdicts: readonly Verdict[]
}

async function evaluate(
  root: string,
  entry: Entry,
  wanted: Expectations,
  arrivals: number,
): Promise<Evaluated> {
  const run = runner(await readEntry(entry))
  const replayed = await run({})
  const expect = await readExpect(root, entry)
  const { checks, verdicts } = judgeEntry(entry, replayed, wanted)
  return {
    entry,
    replayed,
    verdicts,
    checks: [
      sumCheck(entry, replayed),
      ...checks,
      ...(expect?.kind === 'replay' ? caseChecks(entry, expect, replayed) : []),
      ...(await sameOutcome(entry, replayed, run, arrivals)),
    ],
  }
}
