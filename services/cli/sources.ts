import { printable } from '#shared/printable.ts'
import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'
import { hashOf, tokenBytes, tokenFrom } from '#services/doors/tokens.ts'
import { besideServe } from './beside.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  numberOf,
  textsOf,
  UsageError,
} from './command.ts'

/** Sources that one file may have: all of them are looked through at each request. */
const sourcesMax = 1000

/** `keytrail sources`: who may send to the doors of `keytrail serve`, and for which agents. */
export const sourcesCommand: Command = {
  name: 'sources',
  summary: 'Say who may send agent telemetry, and for which agents',
  usage: 'add NAME --agent AGENT… | list | rotate NAME [--finish|--now] | remove NAME',
  options: {
    agent: {
      type: 'string',
      multiple: true,
      placeholder: 'AGENT',
      prose: 'An agent for which the source may speak; may be repeated',
    },
    'all-agents': {
      type: 'boolean',
      prose: 'It may speak for every agent, as an orchestrator does',
    },
    rate: { type: 'string', placeholder: 'N', prose: 'Items a second that it may send' },
    silence: {
      type: 'string',
      placeholder: 'S',
      prose: 'It sends at least every S seconds; when it does not, it counts as blind',
    },
    finish: { type: 'boolean', prose: 'rotate: the old token ends; no new one is made' },
    now: { type: 'boolean', prose: 'rotate: the old token ends at once' },
    json: { type: 'boolean', prose: 'One JSON object a line' },
  },
  async run(args, context) {
    const [verb = '', name, ...more] = args.positionals
    const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined
    if (!action) throw new UsageError('sources: say add, list, rotate or remove.')
    if (more.length > 0) throw new UsageError(`sources ${verb}: one name only.`)
    if (name === undefined && (verb === 'rotate' || verb === 'remove'))
      throw new UsageError(`sources ${verb}: which one?`)
    return await besideServe(
      context,
      ({ sources }) => action(sources, name, args, context),
      // Who may send can be said before anybody serves.
      verb === 'add' ? 'make' : 'refuse',
    )
  },
}

type Action = (
  store: SourceStore,
  name: string | undefined,
  args: Arguments,
  context: Context,
) => number

const actions: Readonly<Record<string, Action>> = {
  add(store, name, args, context) {
    const fresh = checkedName(name)
    if (store.all().some((row) => row.name === fresh))
      throw new UsageError(`sources add: there is a source ${fresh}; rotate gives it a new token.`)
    if (store.all().length >= sourcesMax)
      throw new UsageError(`sources add: there are ${sourcesMax} sources; remove some.`)
    const rate = numberOf(args, 'rate', { min: 1, max: 1_000_000, whole: true })
    const silence = numberOf(args, 'silence', { min: 1, max: 31_536_000, whole: true })
    const token = tokenFrom(context.machine.chance(tokenBytes))
    store.put({
      name: fresh,
      agents: agentsOf(args),
      hashes: [hashOf(token)],
      created: context.machine.scheduler.now(),
      ...(rate !== undefined && { rate }),
      ...(silence !== undefined && { silence }),
    })
    tell(token, fresh, args, context)
    return exit.fine
  },

  list(store, _name, args, { stdout, stderr }) {
    const rows = store.all()
    for (const row of rows) stdout.write(`${isOn(args, 'json') ? jsonOf(row) : lineOf(row)}\n`)
    if (rows.length === 0)
      stderr.write('There are no sources: keytrail sources add NAME --agent AGENT\n')
    return exit.fine
  },

  rotate(store, name, args, context) {
    const row = found(store, name)
    if (!row) return unknown(name, context)
    const [present] = row.hashes
    if (isOn(args, 'finish')) {
      store.put({ ...row, hashes: present === undefined ? [] : [present] })
      context.stdout.write(`The old token of ${printable(row.name)} has ended.\n`)
      return exit.fine
    }
    const token = tokenFrom(context.machine.chance(tokenBytes))
    const old = present === undefined || isOn(args, 'now') ? [] : [present]
    store.put({ ...row, hashes: [hashOf(token), ...old], created: context.machine.scheduler.now() })
    tell(token, row.name, args, context)
    if (old.length > 0)
      context.stderr.write(
        `The old token works until: keytrail sources rotate ${row.name} --finish\n`,
      )
    return exit.fine
  },

  remove(store, name, _args, context) {
    const row = found(store, name)
    if (!row || !store.remove(row.name)) return unknown(name, context)
    context.stdout.write(`${printable(row.name)} may not send any more.\n`)
    return exit.fine
  },
}

/** Names stand in logs, metrics and record ids. */
function checkedName(name: string | undefined): string {
  if (name !== undefined && /^[a-z0-9][a-z0-9._-]{0,62}$/i.test(name)) return name
  if (name === undefined) throw new UsageError('sources add: which name? sources add NAME.')
  throw new UsageError('sources add: a name of letters, digits, dots and dashes, at most 63.')
}

/** Agents that one source may speak for. */
const agentsMax = 1000

function agentsOf(args: Arguments): readonly string[] {
  const agents = [...new Set(textsOf(args, 'agent'))]
  const all = isOn(args, 'all-agents')
  if (all === agents.length > 0)
    throw new UsageError('sources add: say --agent AGENT for each agent, or --all-agents.')
  if (agents.length > agentsMax || agents.some((agent) => agent === '' || agent.length > 512))
    throw new UsageError(`sources add: at most ${agentsMax} agents, each of 1 to 512 characters.`)
  if (agents.includes('*')) throw new UsageError('sources add: every agent is --all-agents.')
  return all ? ['*'] : agents
}

const found = (store: SourceStore, name: string | undefined): SourceRow | undefined =>
  store.all().find((row) => row.name === name)

function unknown(name: string | undefined, { stderr }: Context): number {
  stderr.write(`There is no source ${printable(name ?? '')}; keytrail sources list shows them.\n`)
  return exit.unknownId
}

/** The token goes to standard output alone, so that it can be piped to where secrets are kept. */
function tell(token: string, source: string, args: Arguments, { stdout, stderr }: Context): void {
  stdout.write(isOn(args, 'json') ? `${JSON.stringify({ source, token })}\n` : `${token}\n`)
  stderr.write('This token is shown once; send it as "Authorization: Bearer …".\n')
}

const shown = ({ hashes, ...row }: SourceRow) => ({
  ...row,
  created: new Date(row.created).toISOString(),
  tokens: hashes.length,
})

const jsonOf = (row: SourceRow): string => JSON.stringify(shown(row))

function lineOf(row: SourceRow): string {
  const { name, agents, created, tokens, rate, silence } = shown(row)
  return printable(
    [
      name,
      agents.includes('*') ? 'every agent' : agents.join(', '),
      `token of ${created.slice(0, 10)}${tokens > 1 ? ', and the one before' : ''}`,
      ...(rate === undefined ? [] : [`${rate}/s`]),
      ...(silence === undefined ? [] : [`at least every ${silence} s`]),
    ].join('  '),
  )
}
