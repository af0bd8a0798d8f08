import type { Case, Closing, EventKind, Notice } from '#shared/messages/desk.ts'
import type { DeskChange } from '#shared/ports/desk.ts'
import { stepOf } from './step.ts'

/** What a person does to an incident. */
export type Act =
  | { readonly do: 'ack' }
  | {
      readonly do: 'close'
      readonly reason: Closing
      readonly note: string
      /** Handle of the incident that it is a duplicate of; '' if none. */
      readonly into: string
    }
  | { readonly do: 'reopen'; readonly note: string }

/** Who does it, and when by the clock of his machine, epoch ms. */
export type Doer = { readonly by: string; readonly at: number }

export type Acted =
  | { readonly as: 'done'; readonly change: DeskChange; readonly notice: Notice }
  /** It is so already, or cannot be: the words say why. */
  | { readonly as: 'already' | 'refused'; readonly why: string }

/** What a person decides about a case; pure, so that what stands now is what is decided about. */
export function act(each: Case, deed: Act, doer: Doer): Acted {
  switch (deed.do) {
    case 'ack':
      return acknowledge(each, doer)
    case 'close':
      return close(each, deed, doer)
    case 'reopen':
      return reopen(each, deed.note, doer)
  }
}

function acknowledge(each: Case, doer: Doer): Acted {
  const { handle, state, acknowledged } = each
  if (state === 'closed') return { as: 'refused', why: `${closedWords(each)}; reopen it first` }
  if (state === 'acknowledged')
    return { as: 'already', why: `${handle} is acknowledged by ${acknowledged?.by ?? 'somebody'}` }
  return told({ ...each, state: 'acknowledged', acknowledged: doer }, 'acknowledged', [], doer)
}

function close(
  each: Case,
  { reason, note, into }: Extract<Act, { do: 'close' }>,
  doer: Doer,
): Acted {
  if (each.closed?.reason === 'merged')
    return { as: 'refused', why: `${closedWords(each)}; close that one` }
  if (into === each.handle) return { as: 'refused', why: `${into} is no duplicate of itself` }
  if (each.closed?.reason === reason) return { as: 'already', why: closedWords(each) }
  const closed = { reason, ...doer, note, into }
  const says = [
    `closed as ${reason.replaceAll('-', ' ')}${into === '' ? '' : ` of ${into}`}`,
    ...(note === '' ? [] : [note]),
  ]
  return told({ ...each, state: 'closed', closed }, 'closed', says, doer)
}

function reopen(each: Case, note: string, doer: Doer): Acted {
  const { closed: _, acknowledged: __, ...open } = each
  if (each.state !== 'closed') return { as: 'already', why: `${each.handle} is ${each.state}` }
  if (each.closed?.reason === 'merged')
    return { as: 'refused', why: `${closedWords(each)}; that one has its evidence` }
  return told({ ...open, state: 'open' }, 'reopened', note === '' ? [] : [note], doer)
}

function closedWords({ handle, closed }: Case): string {
  if (closed?.reason === 'merged') return `${handle} is part of ${closed.into}`
  return `${handle} is closed as ${closed?.reason ?? 'done'} by ${closed?.by ?? 'somebody'}`
}

const told = (each: Case, kind: EventKind, says: readonly string[], doer: Doer): Acted => ({
  as: 'done',
  ...stepOf(each, { kind, because: 'person', says, ...doer }),
})
