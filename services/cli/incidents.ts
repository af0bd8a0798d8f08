import { voiceOf } from '#services/alert/voice.ts'
import { apiActivity } from '#services/alert/api-activity.ts'
import { mailing } from '#services/alert/addressed.ts'
import { evidenceOf } from '#services/desk/evidence.ts'
import { frontDesk } from '#services/desk/front.ts'
import type { Act, Doer } from '#services/desk/acts.ts'
import { detections } from '#services/detect/detections/index.ts'
import { recall } from '#services/serve/recall.ts'
import { caseStates, closings, type Case, type CaseState } from '#shared/messages/desk.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { printable } from '#shared/printable.ts'
import { besideServe } from './beside.ts'
import { caseJson, caseLine, caseText } from './case-text.ts'
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
import { penFor } from './styled.ts'
import { signatureOf } from './signature.ts'

/** Incidents that `list` shows unless told otherwise, and at most. */
const listed = 50
const listedMax = 10_000
/** Events of one incident that `show` tells. */
const eventsMax = 200
/** Characters of a note. */
const noteMax = 2_000

/** `keytrail incidents`: what is on the desk, and what people decide about it. */
export const incidentsCommand: Command = {
  name: 'incidents',
  summary: 'Show the incidents of a data file, and acknowledge, close or reopen them',
  usage: 'list|show <id>|ack <id>|close <id> --reason <reason>|reopen <id> [--json]',
  options: {
    json: { type: 'boolean', prose: 'One JSON object a line' },
    state: {
      type: 'string',
      placeholder: 'STATE',
      prose: `With list: ${caseStates.join(', ')} or all; default: those that are not closed`,
    },
    limit: { type: 'string', placeholder: 'N', prose: `With list: at most N; default: ${listed}` },
    reason: { type: 'string', placeholder: 'REASON', prose: `With close: ${closings.join(', ')}` },
    into: {
      type: 'string',
      placeholder: 'ID',
      prose: 'With close as duplicate: the incident that it repeats',
    },
    note: {
      type: 'string',
      placeholder: 'TEXT',
      prose: 'With close and reopen: why, in own words',
    },
    by: {
      type: 'string',
      placeholder: 'NAME',
      prose: 'Who decides; default: the user of this machine',
    },
  },
  async run(args, context) {
    const [verb = '', handle, ...rest] = args.positionals
    const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined
    if (!action) throw new UsageError('incidents: say list, show, ack, close or reopen.')
    if (rest.length > 0) throw new UsageError(`incidents ${verb}: one id at a time.`)
    const plan = action(handle ?? '', args, context)
    return await besideServe(context, plan)
  },
}

/** Reads the arguments, so that what cannot be meant is told before anything is opened. */
type Action = (handle: string, args: Arguments, context: Context) => (open: DataFile) => number

const actions: Readonly<Record<string, Action>> = {
  list: (handle, args, context) => {
    if (handle !== '') throw new UsageError('incidents list: takes no id; say show <id>.')
    const states = statesOf(textOf(args, 'state'))
    const limit = numberOf(args, 'limit', { min: 1, max: listedMax, whole: true }) ?? listed
    return ({ desk }) => {
      const cases = desk.list({ states, limit })
      const pen = penFor(context)
      const isJson = isOn(args, 'json')
      for (const each of cases)
        context.stdout.write(`${isJson ? JSON.stringify(caseJson(each)) : caseLine(each, pen)}\n`)
      if (cases.length === 0 && !isJson) context.stdout.write('No incidents.\n')
      return exit.fine
    }
  },

  show: (handle, args, context) => {
    needed('show', handle)
    return (open) => {
      const { desk } = open
      const each = desk.case(handle)
      if (!each) return unknownHandle(handle, context)
      const events = desk.history(handle, eventsMax)
      const lines = isOn(args, 'json')
        ? [
            JSON.stringify({
              ...caseJson(each),
              whole: each.incident,
              evidence: evidenceIn(open, each, context),
              events,
            }),
          ]
        : caseText(each, events, penFor(context))
      for (const line of lines) context.stdout.write(`${line}\n`)
      return exit.fine
    }
  },

  ack: (handle, args, context) => decide('ack', handle, { do: 'ack' }, args, context),

  close: (handle, args, context) => {
    const reason = closings.find((each) => each === textOf(args, 'reason'))
    if (!reason) throw new UsageError(`incidents close: --reason is one of ${closings.join(', ')}.`)
    const into = textOf(args, 'into') ?? ''
    if (into !== '' && reason !== 'duplicate')
      throw new UsageError('incidents close: --into goes with --reason duplicate.')
    return decide('close', handle, { do: 'close', reason, note: noteOf(args), into }, args, context)
  },

  reopen: (handle, args, context) =>
    decide('reopen', handle, { do: 'reopen', note: noteOf(args) }, args, context),
}

/** What it stands on, as alerts tell it, from what the log still has. */
const evidenceIn = (open: DataFile, { handle, incident }: Case, { version }: Context) =>
  [...recall(evidenceOf(incident.findings), [], open).values()].map((use) =>
    apiActivity(use, handle, voiceOf(version, detections)),
  )

function decide(
  verb: string,
  handle: string,
  deed: Act,
  args: Arguments,
  context: Context,
): (open: DataFile) => number {
  needed(verb, handle)
  const doer: Doer = { by: doerOf(args, context), at: Date.now() }
  return ({ desk, outbox }) => {
    const send = mailing(outbox, voiceOf(context.version, detections))
    if (deed.do === 'close' && deed.into !== '' && !desk.case(deed.into))
      return unknownHandle(deed.into, context)
    const acted = frontDesk({ desk, send }).act(handle, deed, doer)
    if (!acted) return unknownHandle(handle, context)
    if (acted.as === 'refused') {
      context.stderr.write(`${printable(acted.why)}\n`)
      return exit.failed
    }
    const now = desk.case(handle)
    if (isOn(args, 'json') && now) context.stdout.write(`${JSON.stringify(caseJson(now))}\n`)
    else context.stdout.write(`${printable(acted.as === 'already' ? acted.why : doneWords(now))}\n`)
    return exit.fine
  }
}

const doneWords = (now: Case | undefined): string =>
  now ? `${now.handle} is ${now.state} now (revision ${now.revision})` : ''

function statesOf(text: string | undefined): readonly CaseState[] {
  if (text === undefined) return ['open', 'acknowledged']
  if (text === 'all') return caseStates
  const state = caseStates.find((each) => each === text)
  if (!state) throw new UsageError(`incidents list: --state is ${caseStates.join(', ')} or all.`)
  return [state]
}

function needed(verb: string, handle: string): void {
  if (handle === '') throw new UsageError(`incidents ${verb}: which incident?`)
}

function noteOf(args: Arguments): string {
  const note = textOf(args, 'note') ?? ''
  if (note.length > noteMax)
    throw new UsageError(`incidents: a note has at most ${noteMax} characters.`)
  return note
}

function doerOf(args: Arguments, context: Context): string {
  const by = signatureOf(args, context)
  if (by === '' || by.length > 200)
    throw new UsageError('incidents: --by is a name of at most 200 characters.')
  return by
}

function unknownHandle(handle: string, { stderr }: Context): number {
  stderr.write(`No incident ${printable(handle)} in this data file.\n`)
  return exit.unknownId
}
