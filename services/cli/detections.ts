import type { Detection, Example } from '#services/detect/detection.ts'
import { detections } from '#services/detect/detections/index.ts'
import { parseCover } from '#services/replay/coverage.ts'
import { type Arguments, type Command, type Context, exit, isOn, UsageError } from './command.ts'
import { explainRecords } from './detections-explain.ts'
import { inMemory, runBatches } from './run-files.ts'
import { penFor, shapes, styled } from './styled.ts'
import { plural } from './words.ts'

/** `keytrail detections`: what can be found, what a record would set off, whether every example still holds. */
export const detectionsCommand: Command = {
  name: 'detections',
  summary: 'List the detections, explain what a record sets off, run their examples',
  usage: 'list|explain <record.json>|test [--json]',
  options: { json: { type: 'boolean', prose: 'One JSON object a line' } },
  run: (args, context) => {
    const [verb = '', ...words] = args.positionals
    const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined
    if (!action) throw new UsageError('detections: say list, explain <record.json> or test.')
    return action(args, context, words)
  },
}

type Action = (args: Arguments, context: Context, words: readonly string[]) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  list: async (args, context) => {
    const pen = penFor(context)
    for (const each of detections) {
      const { id, severity, title, attack, wait } = each
      const line = isOn(args, 'json')
        ? JSON.stringify({ id, severity, title, attack, wait })
        : pen(
            styled(severity, `${shapes[severity]} ${severity.padEnd(8)}`),
            ` ${id.padEnd(34)} ${title}`,
            styled('faint', `  ${attack.join(' ')}${wait === '' ? '' : `; waits: ${wait}`}`),
          )
      context.stdout.write(`${line}\n`)
    }
    return await Promise.resolve(exit.fine)
  },
  explain: async (args, context, words) => {
    if (words.length === 0) throw new UsageError('detections explain: which file holds the record?')
    return explainRecords(words, context, isOn(args, 'json'))
  },
  test: testAll,
}

type Told = {
  readonly detection: string
  readonly expects: 'fires' | 'silent'
  readonly when: string
  readonly passed: boolean
}

async function testAll(args: Arguments, context: Context): Promise<number> {
  const pen = penFor(context)
  const told: Told[] = []
  for (const detection of detections)
    for (const [expects, example] of examplesOf(detection)) {
      const passed = (await fires(detection, example, context)) === (expects === 'fires')
      const result = { detection: detection.id, expects, when: example.when, passed }
      told.push(result)
      if (isOn(args, 'json')) context.stdout.write(`${JSON.stringify(result)}\n`)
      else if (!passed)
        context.stdout.write(
          `${pen(styled('high', '✗'), ` ${detection.id}: should be ${expects === 'fires' ? 'raised' : 'silent'} when ${example.when}`)}\n`,
        )
    }
  const failed = told.filter(({ passed }) => !passed).length
  if (!isOn(args, 'json'))
    context.stdout.write(
      `${pen(`${plural(detections.length, 'detection')}, ${plural(told.length, 'example')}: ${told.length - failed} passed, ${failed} failed`)}\n`,
    )
  return failed === 0 ? exit.fine : exit.failed
}

const examplesOf = ({ fires: yes, silent }: Detection): ['fires' | 'silent', Example][] => [
  ...yes.map((example): ['fires', Example] => ['fires', example]),
  ...silent.map((example): ['silent', Example] => ['silent', example]),
]

/** Runs one example through the whole engine, with this detection alone. */
async function fires(detection: Detection, example: Example, context: Context): Promise<boolean> {
  const { config } = context
  const issuers = [...config.issuers, ...(example.issuers ?? [])]
  const { replayed } = await runBatches(
    inMemory(example.records),
    { ...context, config: { ...config, issuers } },
    {
      detections: [detection],
      covers: (example.covers ?? []).flatMap((text) => parseCover(text) ?? []),
    },
  )
  return replayed.findings.length > 0
}
