import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import { printable, printableUpTo } from '#shared/printable.ts'
import { adviceFor } from '#services/ingest/advice.ts'
import { sortPaths } from '#services/ingest/undeliverable.ts'
import type { Sorted } from '#services/ingest/undeliverable.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  textsOf,
  UsageError,
} from './command.ts'
import { keptLetters, listed } from './deadletters-kept.ts'

/** Characters of a dead letter that `explain` shows. */
const shown = 2_000

type Normalise = (raw: RawRecord) => Normalised

/** `keytrail deadletters`: what could not be understood, why, and what can be done about it. */
export const deadletters = (normalise: Normalise): Command => ({
  name: 'deadletters',
  summary: 'Show what could not be understood, and why',
  usage:
    'list|explain <id>|replay --from <paths…> [--json] [--text], or list|explain <id> [--data FILE]',
  options: {
    from: {
      type: 'string',
      multiple: true,
      placeholder: 'PATH',
      prose:
        'Files, folders, or - for standard input; more may follow. Without it: what serve has kept in its data file',
    },
    json: { type: 'boolean', prose: 'One JSON object a line' },
    text: {
      type: 'boolean',
      prose: 'With --from and --json: add the text, so that replay can try it again',
    },
    limit: {
      type: 'string',
      placeholder: 'N',
      prose: `Of a data file: at most N; default: ${listed}`,
    },
    after: { type: 'string', placeholder: 'ID', prose: 'Of a data file: those behind this one' },
  },
  run: (args, context) => {
    const [verb = '', ...words] = args.positionals
    const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined
    if (!action) throw new UsageError('deadletters: say list, explain <id> or replay.')
    const isKept = textsOf(args, 'from').length === 0
    if (!isKept && args.values['data'] !== undefined)
      throw new UsageError('deadletters: say --from or --data, not both.')
    return action(words, args, context, isKept ? undefined : normalise)
  },
})

type Action = (
  words: readonly string[],
  args: Arguments,
  context: Context,
  /** undefined: no files are named. */
  normalise: Normalise | undefined,
) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  list: async (words, args, context, normalise) => {
    if (!normalise) return await keptLetters.list(words, args, context)
    const line = isOn(args, 'json')
      ? (letter: DeadLetter) => jsonOf(letter, isOn(args, 'text'))
      : lineOf
    const total = await sortAll(pathsOf(args, words), context, normalise, (letter) =>
      context.stdout.write(`${line(letter)}\n`),
    )
    return statusOf(total)
  },

  explain: async ([id, ...words], args, context, normalise) => {
    if (id === undefined) throw new UsageError('deadletters explain: which id?')
    if (!normalise && words.length > 0)
      throw new UsageError('deadletters explain: one id at a time.')
    if (!normalise) return await keptLetters.explain(id, args, context)
    let found: DeadLetter | undefined
    await sortAll(pathsOf(args, words), context, normalise, (letter) => {
      if (letter.id === id) found = letter
    })
    if (!found) {
      context.stderr.write(`No dead letter ${printable(id)} in these paths.\n`)
      return exit.unknownId
    }
    const json = isOn(args, 'json')
    context.stdout.write(json ? `${explainedJson(found)}\n` : explained(found))
    return exit.fine
  },

  replay: async (words, args, context, normalise) => {
    if (!normalise) return keptLetters.replay()
    const total = await sortAll(pathsOf(args, words), context, normalise, () => undefined)
    const { retried, revived, mapped, ignored, dead } = total
    context.stdout.write(
      isOn(args, 'json')
        ? `${JSON.stringify({ retried, revived, mapped, ignored, dead })}\n`
        : `${revived} of ${retried} stored dead letters map now. ` +
            `In all: ${mapped} mapped, ${ignored} ignored, ${dead} dead.\n`,
    )
    return statusOf(total)
  },
}

const pathsOf = (args: Arguments, words: readonly string[]): readonly string[] => [
  ...textsOf(args, 'from'),
  ...words,
]

type Total = { mapped: number; ignored: number; dead: number; retried: number; revived: number }

async function sortAll(
  paths: readonly string[],
  context: Context,
  normalise: Normalise,
  visit: (letter: DeadLetter) => void,
): Promise<Total> {
  const total: Total = { mapped: 0, ignored: 0, dead: 0, retried: 0, revived: 0 }
  for await (const sorted of sortPaths(paths, context.files, normalise)) {
    add(total, sorted)
    sorted.dead.forEach(visit)
    for (const { path, reason } of sorted.unread) {
      context.stderr.write(`${printable(path)}: ${reason}\n`)
    }
  }
  return total
}

function add(total: Total, sorted: Sorted): void {
  total.mapped += sorted.mapped
  total.ignored += sorted.ignored
  total.dead += sorted.dead.length
  total.retried += sorted.retried
  total.revived += sorted.revived
}

/** Reading nothing at all is a failure: perhaps the path was wrong. */
const statusOf = ({ mapped, ignored, dead }: Total): number =>
  mapped + ignored + dead === 0 ? exit.failed : exit.fine

function jsonOf(
  { id, reason, field, source, offset, text }: DeadLetter,
  withText: boolean,
): string {
  const short = { id, reason, field, source, offset }
  return JSON.stringify(withText && text !== undefined ? { ...short, text } : short)
}

const explainedJson = (letter: DeadLetter): string =>
  JSON.stringify({ ...letter, advice: adviceFor(letter.reason) })

const lineOf = ({ id, reason, field, source, offset }: DeadLetter): string =>
  printable(`${id}  ${source}@${offset}  ${field === '' ? reason : `${field}: ${reason}`}`)

function explained(letter: DeadLetter): string {
  const { id, reason, field, source, offset, text } = letter
  const lines = [
    `Dead letter ${id}`,
    `  where   ${printable(source)}, byte ${offset}`,
    `  field   ${field === '' ? 'the record as a whole' : printable(field)}`,
    `  reason  ${printable(reason)}`,
    `  to do   ${adviceFor(reason)}`,
    ...(text === undefined ? [] : [`  text    ${printableUpTo(shown, text)}`]),
  ]
  return `${lines.join('\n')}\n`
}
