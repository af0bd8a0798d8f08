/**
 * `npm run test:crash -- [--kills N] [--seed S] [--json]`: kills `keytrail serve` at every named point of
 * services/serve/crash-points.ts, between a change in the cloud and its answer, and at random moments with work in flight, and
 * holds what its data files, the cloud and the receiver of pages say in the end against a pure replay of what came in.
 */
import { parseArgs } from 'node:util'
import { campaign, killsMin } from './campaign.ts'
import { live, type Life } from './child.ts'

const usage = `Usage: npm run test:crash -- [--kills N, at least ${killsMin}] [--seed S] [--json]\n`

const [first, life = ''] = process.argv.slice(2)
if (first === 'child') await live(JSON.parse(life) as Life)
else process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  const options = read(argv)
  if (!options) {
    process.stderr.write(usage)
    return 2
  }
  const { kills, seed, json } = options
  const show = (line: string): void => void process.stderr.write(`${line}\n`)
  const found = await campaign(kills, seed, show)
  for (const what of found.lost) show(`lost: ${what}`)
  for (const what of found.doubled) show(`doubled: ${what}`)
  const result = { ...found, lost: found.lost.length, doubled: found.doubled.length, seed }
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(textOf(result))
  const isEverywhere = Object.values(found.byPoint).every((count) => count > 0)
  return isEverywhere && result.lost + result.doubled === 0 ? 0 : 1
}

type Result = {
  readonly kills: number
  readonly byPoint: Readonly<Record<string, number>>
  readonly lost: number
  readonly doubled: number
}

const textOf = ({ kills, byPoint, lost, doubled }: Result): string =>
  [
    ...Object.entries(byPoint).map(([at, count]) => `${String(count).padStart(6)}  ${at}`),
    `${String(kills).padStart(6)}  kills: ${lost} lost, ${doubled} doubled`,
    '',
  ].join('\n')

function read(argv: string[]): { kills: number; seed: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        kills: { type: 'string', default: '25' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    })
    const [kills, seed] = [Number(values.kills), Number(values.seed)]
    const isFine = Number.isInteger(kills) && Number.isInteger(seed) && kills >= killsMin
    return isFine ? { kills, seed, json: values.json } : undefined
  } catch {
    return undefined
  }
}
