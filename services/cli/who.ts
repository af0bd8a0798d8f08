import type { Answer } from '#services/who/who.ts'
import { who } from '#services/who/who.ts'
import type { Mark } from '#shared/facts/mark.ts'
import { printable } from '#shared/printable.ts'
import { holderOf } from '#services/replay/outcome.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  textsOf,
  UsageError,
} from './command.ts'
import { edgeJson, mintedJson, rfc3339 } from './report-json.ts'
import { runFiles } from './run-files.ts'
import { penFor } from './styled.ts'
import { whoText } from './who-text.ts'

/** `keytrail who`: what an identity has become, what it made, what it touched, and why. */
export const whoCommand: Command = {
  name: 'who',
  summary: 'Show who an agent, task, credential or principal can act as, and why',
  usage: '<agent|task|credential|principal> --from <paths…> [--json]',
  options: {
    from: {
      type: 'string',
      multiple: true,
      placeholder: 'PATH',
      prose: 'Files, folders, or - for standard input; more may follow',
    },
    json: { type: 'boolean', prose: 'One JSON object' },
  },
  run: answer,
}

async function answer(args: Arguments, context: Context): Promise<number> {
  const [id, ...words] = args.positionals
  const paths = [...textsOf(args, 'from'), ...words]
  if (id === undefined || id === '')
    throw new UsageError('who: which agent, task, credential or principal?')
  if (paths.length === 0) throw new UsageError('who: --from says which files to read.')
  // Who somebody is does not depend on what is found wrong.
  const { replayed } = await runFiles(paths, context, { detections: [] })
  for (const { path, reason } of replayed.unread)
    context.stderr.write(`${printable(path)}: ${printable(reason)}\n`)
  if (replayed.counts.mapped === 0) {
    context.stderr.write('Nothing of these paths could be used, so nobody can be known.\n')
    return exit.failed
  }
  const found = who(replayed.engine.states, id)
  if (!found) {
    context.stderr.write(`${printable(id)} occurs nowhere in these paths.\n`)
    return exit.unknownId
  }
  const lines = isOn(args, 'json')
    ? [JSON.stringify(answerJson(found))]
    : whoText(found, penFor(context))
  for (const line of lines) context.stdout.write(`${line}\n`)
  return exit.fine
}

const timeOf = (mark: Mark | undefined): string | null => (mark ? rfc3339(mark.at) : null)

function answerJson({ kind, id, holder, became, madeBy, minted, cut, touched, canBecome }: Answer) {
  return {
    subject: `${kind}:${id}`,
    holder: holderOf(holder),
    became: became.map(({ edge, holder: own, first, last, ...rest }) => ({
      ...rest,
      holder: holderOf(own),
      first: timeOf(first),
      latest: timeOf(last),
      ...(edge && { edge: edgeJson(edge) }),
    })),
    madeBy: madeBy.map(mintedJson),
    minted: minted.map(mintedJson),
    ...(cut && { cut }),
    touched: touched.map(({ first, latest, ...rest }) => ({
      ...rest,
      first: timeOf(first),
      latest: timeOf(latest),
    })),
    canBecome,
  }
}
