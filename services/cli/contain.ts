import { orderStates, type Decision, type Told } from '#shared/messages/containment.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { printable } from '#shared/printable.ts'
import { mailing } from '#services/alert/addressed.ts'
import { voiceOf } from '#services/alert/voice.ts'
import { detections } from '#services/detect/detections/index.ts'
import { decide } from '#services/contain/decide.ts'
import { frontDesk } from '#services/desk/front.ts'
import { besideServe } from './beside.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  type Option,
  textOf,
  UsageError,
} from './command.ts'
import { orderLines, planLines } from './contain-text.ts'
import { containPolicyOf } from './policy.ts'
import { signatureOf } from './signature.ts'

/** Characters of a reason. */
const reasonMax = 2_000

const signed: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', prose: 'One JSON object a line' },
  option: {
    type: 'string',
    placeholder: 'HASH',
    prose:
      'Number or hash of the option as contain plan shows it; a hash holds you to what you saw',
  },
  reason: {
    type: 'string',
    placeholder: 'TEXT',
    prose: 'Why, in own words; it stands in the audit',
  },
  by: {
    type: 'string',
    placeholder: 'NAME',
    prose: 'Who decides; default: the user of this machine',
  },
}

const verbs = ['list', 'plan', 'apply', 'verify', 'undo', 'stop', 'resume']

/** `keytrail contain`: what could be cut, what is, and a person's word on it. The process that serves carries it out. */
export const containCommand: Command = {
  name: 'contain',
  summary: 'Show what could be cut for an incident, cut it, verify it, undo it',
  usage: 'list|plan <incident>|apply|verify|undo <incident or order>|stop|resume [--json]',
  options: {
    ...signed,
    all: { type: 'boolean', prose: 'With list: also what is over' },
  },
  async run(args, context) {
    const [verb = '', about = '', ...rest] = args.positionals
    if (rest.length > 0) throw new UsageError(`contain ${verb}: one id at a time.`)
    if (verb === 'list') return besideServe(context, (open) => list(open, args, context))
    const alone = verb === 'stop' || verb === 'resume'
    if (alone && about !== '') throw new UsageError(`contain ${verb}: takes no id.`)
    if (!alone && about === '' && verbs.includes(verb))
      throw new UsageError(`contain ${verb}: which one?`)
    if (verb === 'plan') return besideServe(context, (open) => plan(open, about, args, context))
    if (verb === 'apply' || verb === 'verify' || verb === 'undo' || alone)
      return decided(verb, about, args, context)
    throw new UsageError(`contain: say ${verbs.join(', ')}.`)
  },
}

/** `keytrail approve`: a person lets proposed cuts be made. */
export const approveCommand: Command = {
  name: 'approve',
  summary: 'Approve the cuts that are proposed for an incident, or one of them',
  usage: '<incident or order> [--option HASH] [--reason TEXT] [--json]',
  options: signed,
  run: (args, context) => decidedAbout('approve', args, context),
}

/** `keytrail deny`: a person refuses proposed cuts; they rest until something new is found. */
export const denyCommand: Command = {
  name: 'deny',
  summary: 'Deny the cuts that are proposed for an incident, or one of them',
  usage: '<incident or order> [--reason TEXT] [--json]',
  options: signed,
  run: (args, context) => decidedAbout('deny', args, context),
}

async function decidedAbout(
  kind: 'approve' | 'deny',
  args: Arguments,
  context: Context,
): Promise<number> {
  const [about = '', ...rest] = args.positionals
  if (about === '' || rest.length > 0) throw new UsageError(`${kind}: say one incident or order.`)
  return decided(kind, about, args, context)
}

function list({ containment: store }: DataFile, args: Arguments, { stdout }: Context): number {
  const over = ['undone', 'rejected', 'expired']
  const states = orderStates.filter((state) => isOn(args, 'all') || !over.includes(state))
  const orders = store.orders({ states })
  const control = store.control()
  if (isOn(args, 'json')) {
    for (const order of orders) stdout.write(`${JSON.stringify(order)}\n`)
    return exit.fine
  }
  if (control.stopped)
    stdout.write(
      `STOPPED by ${printable(control.stopped.by)}: ${printable(control.stopped.reason)}\n`,
    )
  if (control.breaker)
    stdout.write(
      `Breaker open, nothing is cut automatically: ${printable(control.breaker.reason)}\n`,
    )
  if (orders.length === 0) stdout.write('No orders.\n')
  for (const line of orders.flatMap(orderLines)) stdout.write(`${line}\n`)
  return exit.fine
}

function plan({ containment }: DataFile, about: string, args: Arguments, context: Context): number {
  const found = containment.plan(about)
  if (!found) return unknownId(about, context)
  const lines = isOn(args, 'json') ? [JSON.stringify(found)] : planLines(found)
  for (const line of lines) context.stdout.write(`${line}\n`)
  return exit.fine
}

function decided(
  kind: Decision['kind'],
  about: string,
  args: Arguments,
  context: Context,
): Promise<number> {
  const at = context.machine.scheduler.now()
  const reason = textOf(args, 'reason') ?? ''
  if (reason.length > reasonMax)
    throw new UsageError(`${kind}: a reason has at most ${reasonMax} characters.`)
  const option = textOf(args, 'option') ?? ''
  const decision: Decision = { kind, about, option, by: doerOf(args, context), reason, at }
  return besideServe(context, ({ containment: store, desk, outbox }) => {
    const isKnown =
      about === '' ||
      store.order(about) ||
      store.plan(about) ||
      store.orders({ incident: about })[0]
    if (!isKnown) return unknownId(about, context)
    const send = mailing(outbox, voiceOf(context.version, detections))
    const front = frontDesk({ desk, send })
    const tell = ({ incidents, ...step }: Told): void => {
      for (const handle of incidents) front.contained(handle, step)
    }
    // Everything that forbids a cut is asked again by whoever makes it; who we are only he knows.
    const rules = { policy: containPolicyOf(context.config), ours: new Map() }
    const planned = (handle: string) => store.plan(handle)
    const answer = store.together(() =>
      decide({ store, at, tell }, decision, { ...rules, planned }),
    )
    const text = isOn(args, 'json')
      ? JSON.stringify(answer)
      : answer.says.split('\n').map(printable).join('\n')
    const to = answer.done || isOn(args, 'json') ? context.stdout : context.stderr
    to.write(`${text}\n`)
    return answer.done ? exit.fine : exit.failed
  })
}

function doerOf(args: Arguments, context: Context): string {
  const by = signatureOf(args, context)
  if (by === '' || by.length > 200 || by === 'keytrail' || by === 'cloud')
    throw new UsageError('--by is the name of a person, of at most 200 characters.')
  return by
}

function unknownId(about: string, { stderr }: Context): number {
  stderr.write(`Nothing is planned or ordered for ${printable(about)} in this data file.\n`)
  return exit.unknownId
}
