import { checkChain } from '#shared/facts/chain.ts'
import type { Head } from '#shared/messages/containment.ts'
import { besideServe } from './beside.ts'
import { type Command, exit, isOn, textsOf, UsageError } from './command.ts'

/** `keytrail audit`: whether what was decided and done still stands as it was written. */
export const auditCommand: Command = {
  name: 'audit',
  summary: 'Verify the audit of containment, link by link',
  usage: 'verify [--head SEQ:HASH] [--json]',
  options: {
    json: { type: 'boolean', prose: 'The result as a JSON object' },
    head: {
      type: 'string',
      multiple: true,
      placeholder: 'SEQ:HASH',
      prose: 'An end of the audit that was noted elsewhere: it must still be in it',
    },
  },
  async run(args, context) {
    const [verb = '', ...rest] = args.positionals
    if (verb !== 'verify' || rest.length > 0) throw new UsageError('audit: say verify.')
    const kept = textsOf(args, 'head').map(headOf)
    const found = await besideServe(context, ({ containment: store }) =>
      store.together(() => checkChain(store.links(), [store.head(), ...kept])),
    )
    const line = isOn(args, 'json') ? JSON.stringify(found) : inWords(found)
    context.stdout.write(`${line}\n`)
    return found.intact ? exit.fine : exit.failed
  },
}

const inWords = (found: ReturnType<typeof checkChain>): string =>
  found.intact ? intact(found.head) : `NOT INTACT: ${found.says}`

const intact = ({ seq, hash }: Head): string =>
  seq === 0
    ? 'The audit is empty: nothing was ever decided.'
    : `The audit is intact: ${seq} entries. Note this end outside of this machine: ${seq}:${hash}`

function headOf(text: string): Head {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (seq === undefined || hash === undefined)
    throw new UsageError(
      `--head: "${text}" is not allowed; allowed: SEQ:HASH, as audit verify shows it.`,
    )
  return { seq: Number(seq), hash }
}
