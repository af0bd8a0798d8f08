import type { Case, Notice } from '#shared/messages/desk.ts'
import type { Desk, DeskChange } from '#shared/ports/desk.ts'
import type { Changes } from '#shared/ports/effects.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { act, type Act, type Acted, type Doer } from './acts.ts'
import { contained, type Step } from './contained.ts'
import { judge, questionOf, type Tick } from './desk.ts'
import { withEvidence, type Recall } from './evidence.ts'

export type FrontDeskPorts = {
  readonly desk: Desk
  /** Puts what people shall hear where it is sent from; within the transaction of the rows. */
  readonly send: (notices: readonly Notice[]) => void
  /** Looks up evidence; absent: findings are told without it. */
  readonly recall?: Recall
}

/** Everything that moves an incident, each in one transaction with what is sent because of it. */
export type FrontDesk = {
  /**
   * Hears what changed in a commit of effects, inside its transaction.
   * @param hand records that are at hand, which evidence is looked for in first
   * @returns every case that changed, told or not
   */
  readonly hear: (
    changes: Pick<Changes, 'incidents' | 'because'>,
    tick: Tick,
    hand?: readonly MappedRecord[],
  ) => readonly Case[]
  /** Nothing was recorded, but time has passed: tells what was held back. */
  readonly tick: (tick: Tick) => readonly Case[]
  /** What a person does; undefined if no incident has this handle. */
  readonly act: (handle: string, deed: Act, doer: Doer) => Acted | undefined
  /** How far containment has come; false if no incident has this handle. */
  readonly contained: (handle: string, step: Step) => boolean
}

export function frontDesk({ desk, send, recall }: FrontDeskPorts): FrontDesk {
  const put = (change: DeskChange, notices: readonly Notice[]): void => {
    if (change.cases.length > 0 || change.keys.length > 0) desk.write(change)
    if (notices.length > 0) send(notices)
  }
  const hear: FrontDesk['hear'] = (changes, tick, hand = []) =>
    desk.together(() => {
      const verdict = judge(desk.rows(questionOf(changes, tick)), changes, tick, (handle) =>
        desk.case(handle),
      )
      put(verdict, recall ? withEvidence(verdict.notices, hand, recall) : verdict.notices)
      return verdict.cases
    })
  return {
    hear,
    tick: (tick) => hear({ incidents: [], because: 'records' }, tick),
    act: (handle, deed, doer) =>
      desk.together(() => {
        const each = desk.case(handle)
        const acted = each && act(each, deed, doer)
        if (acted?.as === 'done') put(acted.change, [acted.notice])
        return acted
      }),
    contained: (handle, step) =>
      desk.together(() => {
        const each = desk.case(handle)
        if (!each) return false
        const { change, notice } = contained(each, step)
        put(change, [notice])
        return true
      }),
  }
}
