import { parseArgs } from 'node:util'
import { attackNames } from '#test/simulator/attacks.ts'
import type { AttackChoice } from '#test/simulator/story.ts'
import { close, play, scripts } from './script.ts'
import { setUp, type Stage } from './stage.ts'
import { stepsFrom, type Step } from './steps.ts'
import { isQuick, timesInWords, timesOf, type Times } from './times.ts'

/** `npm start`: the product at work in a company, a cloud and an attack that are all SIMULATED. */

const choices: readonly string[] = [...attackNames, 'all', 'none']

const options = {
  headless: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  attack: { type: 'string', default: 'all' },
} as const

/** How long the company goes on with its ordinary work, ms. */
const workMs = 20_000

async function main(): Promise<void> {
  const asked = argumentsOf()
  if (!asked) {
    process.exitCode = 2
    return
  }
  const { json, attack, seed } = asked
  const say = (text: string): void => void (json || process.stdout.write(`${text}\n`))
  say('Keytrail, at work. The company, its agents, its cloud and its thief are SIMULATED;')
  say('the engine, the doors, the alerts and the cuts are the real ones. It takes about a minute.')
  say('')
  let began = Date.now()
  let ended = began
  const told = (step: Step): void => {
    if (json) process.stdout.write(`${JSON.stringify({ type: 'step', ...step })}\n`)
    else say(`${String(step.at).padStart(6)} s  ${step.ok ? '✓' : '✗'} ${step.step}: ${step.says}`)
  }
  const steps = stepsFrom(() => Date.now() - began, told)
  const chosen = attackNames.filter((name) => attack === 'all' || attack === name)
  let stage: Stage | undefined
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  try {
    stage = await setUp({ seed, attack, ms: workMs, heard: () => undefined })
    began = Date.now()
    const running = stage
    for (const name of chosen) say(`        ${name}: ${scripts[name].title}`)
    const show = (text: string): void => say(indented(text))
    const played = Promise.all(chosen.map((name) => play(scripts[name], running, steps, show)))
    await Promise.race([played, aborted(stop.signal)])
    if (!stop.signal.aborted) await close(running, steps, chosen)
    ended = Date.now()
  } finally {
    await stage?.strike()
  }
  const times = timesOf(steps.all, ended - began)
  const failed = steps.all.filter(({ ok }) => !ok)
  if (json) {
    const { length } = steps.all
    const counts = { steps: length, failed: failed.length }
    const summary = { type: 'summary', seed, attack, ...counts, ...times, quick: isQuick(times) }
    process.stdout.write(`${JSON.stringify(summary)}\n`)
  } else ending(say, failed.length, times)
  process.exitCode = failed.length === 0 && !stop.signal.aborted ? 0 : 1
}

function argumentsOf():
  | { readonly json: boolean; readonly seed: number; readonly attack: AttackChoice }
  | undefined {
  try {
    const { values } = parseArgs({ options })
    const attack = choices.find((choice) => choice === values.attack) as AttackChoice | undefined
    const seed = /^\d{1,9}$/.test(values.seed) ? Number(values.seed) : undefined
    if (attack === undefined || seed === undefined)
      throw new Error(`--attack is one of ${choices.join(', ')}, --seed a whole number`)
    return { json: values.json, seed, attack }
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm start -- [--headless] [--json] [--seed N] [--attack ${choices.join('|')}]\n`,
    )
    return undefined
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `        │ ${line}`))
    .join('\n')

function ending(say: (text: string) => void, failed: number, times: Times): void {
  say('')
  say(
    failed === 0
      ? 'Everything came true, and nothing is left behind.'
      : `${failed} promises did not come true.`,
  )
  say(timesInWords(times))
  say('')
  say('On your own logs:      npx keytrail replay ./AWSLogs')
  say('On your own account:   npx keytrail serve --folders ./AWSLogs      (docs/connect-aws.md)')
}

await main()
