import { printable } from '#shared/printable.ts'
import type { DeadLetters, KeptLetter, LetterCount } from '#shared/ports/dead-letters.ts'
import { adviceFor } from '#services/ingest/advice.ts'
import { besideServe } from './beside.ts'
import {
  type Arguments,
  type Context,
  exit,
  isOn,
  numberOf,
  textOf,
  UsageError,
} from './command.ts'
import { rfc3339 } from './report-json.ts'
import { clock } from './words.ts'

/** Letters that `list` shows unless told otherwise, and at most in one go. */
export const listed = 50
const listedMax = 10_000

/** What `keytrail serve` keeps of what it could not understand: place and reason in its data file, never the text. */
export const keptLetters = {
  list: async (words: readonly string[], args: Arguments, context: Context): Promise<number> => {
    if (words.length > 0) throw new UsageError('deadletters list: files are named by --from.')
    const limit = numberOf(args, 'limit', { min: 1, max: listedMax, whole: true }) ?? listed
    const after = textOf(args, 'after') ?? ''
    const isJson = isOn(args, 'json')
    return await besideServe(context, ({ letters }) => {
      if (after !== '' && !letters.get(after)) return unknown(after, context)
      const found = letters.list(limit + 1, after)
      const shown = found.slice(0, limit)
      const last = found.length > limit ? shown.at(-1) : undefined
      const write = isJson ? writeJson : writeText
      write({ shown, counts: letters.counts(), last }, context)
      return exit.fine
    })
  },

  explain: async (id: string, args: Arguments, context: Context): Promise<number> =>
    await besideServe(context, ({ letters }) => {
      const letter = letters.get(id)
      if (!letter) return unknown(id, context)
      const isJson = isOn(args, 'json')
      context.stdout.write(isJson ? `${explainedJson(letter)}\n` : explained(letter))
      return exit.fine
    }),

  replay: (): never => {
    throw new UsageError(
      'deadletters replay: a data file keeps no text of what was refused, so nothing in it can be tried again. ' +
        'Read the source again: deadletters replay --from PATH.',
    )
  },
} as const

type Page = {
  readonly shown: readonly KeptLetter[]
  readonly counts: ReturnType<DeadLetters['counts']>
  /** Behind this one are more; undefined if there are none. */
  readonly last: KeptLetter | undefined
}

function writeJson({ shown, counts, last }: Page, { stdout, stderr }: Context): void {
  for (const letter of shown)
    stdout.write(`${JSON.stringify({ type: 'letter', ...told(letter) })}\n`)
  for (const count of counts) stdout.write(`${JSON.stringify({ type: 'count', ...count })}\n`)
  if (last) stderr.write(`${goOn(last)}\n`)
}

function writeText({ shown, counts, last }: Page, { stdout, stderr }: Context): void {
  if (counts.length === 0) {
    stdout.write('No dead letters: everything that came was understood.\n')
    return
  }
  for (const letter of shown) stdout.write(`${lineOf(letter)}\n`)
  stdout.write('By reason, with those that are forgotten or found no room:\n')
  for (const each of counts) stdout.write(`${countLine(each)}\n`)
  if (last) stderr.write(`${goOn(last)}\n`)
}

const goOn = ({ id }: KeptLetter): string => `There are more: --after ${id}, or --limit.`

const told = ({ at, ...letter }: KeptLetter): object => ({ ...letter, at: rfc3339(at) })

const lineOf = ({ id, reason, field, source, offset, at }: KeptLetter): string =>
  printable(
    `${id}  ${clock(at)}  ${source}@${offset}  ${field === '' ? reason : `${field}: ${reason}`}`,
  )

const countLine = ({ reason, count }: LetterCount): string =>
  printable(`  ${count.toLocaleString('en').padStart(9)}  ${reason}`)

const explainedJson = (letter: KeptLetter): string =>
  JSON.stringify({ ...told(letter), advice: adviceFor(letter.reason), text: null })

function explained({ id, reason, field, source, offset, at }: KeptLetter): string {
  const lines = [
    `Dead letter ${id}`,
    `  where   ${printable(source)}, at ${offset}`,
    `  logged  ${clock(at)}`,
    `  field   ${field === '' ? 'the record as a whole' : printable(field)}`,
    `  reason  ${printable(reason)}`,
    `  to do   ${adviceFor(reason)}`,
    '  text    not kept: the log is no place for what nobody understood; look at it where it came from',
  ]
  return `${lines.join('\n')}\n`
}

function unknown(id: string, { stderr }: Context): number {
  stderr.write(`No dead letter ${printable(id)} is kept; old ones are forgotten with the log.\n`)
  return exit.unknownId
}
