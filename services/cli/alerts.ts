import type { DataFile } from '#shared/ports/data-file.ts'
import type { DeadDelivery, LaneCount } from '#shared/ports/outbox.ts'
import { printable } from '#shared/printable.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  numberOf,
  textOf,
  UsageError,
} from './command.ts'
import { besideServe } from './beside.ts'
import { rfc3339 } from './report-json.ts'
import { clock, plural } from './words.ts'

/** Dead deliveries that `dead` shows unless told otherwise, and that it shows or `retry` looks at, at most. */
const listed = 50
const listedMax = 100_000

/** `keytrail alerts`: what is on its way to each destination, what was given up, and another try. */
export const alertsCommand: Command = {
  name: 'alerts',
  summary: 'Show what was delivered, waits or was given up, and let it be tried again',
  usage: 'list|dead|retry <id>|retry --all [--to DESTINATION] [--json]',
  options: {
    json: { type: 'boolean', prose: 'One JSON object a line' },
    to: { type: 'string', placeholder: 'NAME', prose: 'Of one destination only' },
    all: { type: 'boolean', prose: 'With retry: everything that was given up' },
    limit: { type: 'string', placeholder: 'N', prose: `With dead: at most N; default: ${listed}` },
  },
  async run(args, context) {
    const [verb = '', id, ...rest] = args.positionals
    const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined
    if (!action) throw new UsageError('alerts: say list, dead or retry.')
    if (rest.length > 0) throw new UsageError(`alerts ${verb}: one id at a time.`)
    const work = action(id, args, context)
    return await besideServe(context, work)
  },
}

/** Reads the arguments, so that what cannot be meant is told before anything is opened. */
type Action = (
  id: string | undefined,
  args: Arguments,
  context: Context,
) => (open: DataFile) => number

const actions: Readonly<Record<string, Action>> = {
  list: (id, args, context) => {
    if (id !== undefined) throw new UsageError('alerts list: takes no id; --to names one place.')
    return ({ outbox }) => {
      const isOf = wanted(args)
      const counts = outbox.counts().filter(isOf)
      const never = outbox.lanes().filter(({ name }) => counts.every(({ to }) => to !== name))
      const all = [...counts, ...never.map(({ name }) => ({ to: name, ...nothing })).filter(isOf)]
      write(all, countJson, countLine, 'No destinations.', args, context)
      return exit.fine
    }
  },

  dead: (id, args, context) => {
    if (id !== undefined) throw new UsageError('alerts dead: takes no id; retry <id> does.')
    const limit = numberOf(args, 'limit', { min: 1, max: listedMax, whole: true }) ?? listed
    return ({ outbox }) => {
      const dead = outbox.deadOnes(listedMax).filter(wanted(args)).slice(0, limit)
      write(dead, deadJson, deadLine, 'Nothing was given up.', args, context)
      return exit.fine
    }
  },

  retry: (id, args, context) => {
    if ((id === undefined) !== isOn(args, 'all'))
      throw new UsageError('alerts retry: say which id, as alerts dead shows it, or --all.')
    const at = context.machine.scheduler.now()
    return ({ desk, outbox }) => {
      const lanes = new Set(outbox.lanes().map(({ name }) => name))
      const dead = outbox
        .deadOnes(listedMax)
        .filter(wanted(args))
        .filter((each) => id === undefined || each.id === id)
        // The order in which they were given up is the order in which they were told.
        .toReversed()
      const revived = desk.together(() =>
        dead.filter((each) => lanes.has(each.to) && outbox.revive(each, at)),
      )
      for (const { to } of dead.filter((each) => !lanes.has(each.to)).slice(0, 1))
        context.stderr.write(`${printable(to)} is configured no more: nothing is sent there.\n`)
      if (dead.length === 0 && id !== undefined) {
        context.stderr.write(`No delivery ${printable(id)} was given up.\n`)
        return exit.unknownId
      }
      const json = JSON.stringify({ retried: revived.length, left: dead.length - revived.length })
      const words = `${plural(revived.length, 'delivery', 'deliveries')} will be tried again.`
      context.stdout.write(`${isOn(args, 'json') ? json : words}\n`)
      return revived.length === dead.length ? exit.fine : exit.failed
    }
  },
}

const nothing = { waiting: 0, delivered: 0, dead: 0 }

/** Of the destination that was named, or of any. */
function wanted(args: Arguments): (of: { readonly to: string }) => boolean {
  const to = textOf(args, 'to')
  return (of) => to === undefined || of.to === to
}

function write<T>(
  things: readonly T[],
  jsonOf: (thing: T) => object,
  lineOf: (thing: T) => string,
  none: string,
  args: Arguments,
  { stdout }: Context,
): void {
  const isJson = isOn(args, 'json')
  for (const thing of things)
    stdout.write(`${isJson ? JSON.stringify(jsonOf(thing)) : printable(lineOf(thing))}\n`)
  if (things.length === 0 && !isJson) stdout.write(`${none}\n`)
}

const countJson = ({ oldest, ...count }: LaneCount): object => ({
  ...count,
  ...(oldest !== undefined && { oldest: rfc3339(oldest) }),
})

const countLine = ({ to, waiting, delivered, dead, oldest }: LaneCount): string =>
  `${to}  ${waiting} wait${oldest === undefined ? '' : ` since ${clock(oldest)}`}, ${delivered} delivered, ${dead} given up`

/** Without its body, which may be large and is of no use to a person. */
const deadJson = ({ id, to, incident, event, attempts, why, since, died }: DeadDelivery) => ({
  id,
  to,
  incident,
  event,
  attempts,
  why,
  since: rfc3339(since),
  died: rfc3339(died),
})

const deadLine = ({ id, to, event, attempts, why, died }: DeadDelivery): string =>
  `${id}  ${to}  ${event}  given up ${clock(died)} after ${plural(attempts, 'failed attempt')}: ${why}`
