import type { Holder } from '#shared/messages/holder.ts'
import { agentsOfTask } from '#services/correlate/evidence.ts'
import { decide } from '#services/correlate/holder.ts'
import { becameOf, type Became } from './became.ts'
import { everyCred, find, type Known, type States, type SubjectKind } from './find.ts'
import { lookupIn, makersOf, mintedFrom, type Minted } from './minted.ts'
import { touchedBy, type Touched } from './touched.ts'

/** Until entitlements are read, nobody can say more. */
export const canBecomeUnknown = 'unknown: no entitlement snapshot'

/** All that is known of who somebody can act as, and why. */
export type Answer = {
  readonly kind: SubjectKind
  readonly id: string
  readonly holder: Holder
  readonly became: readonly Became[]
  /** The way up: who made its credentials, and who made those; the highest first. */
  readonly madeBy: readonly Minted[]
  readonly minted: readonly Minted[]
  /** What it minted beyond the bound is not shown. */
  readonly cut: boolean
  readonly touched: readonly Touched[]
  readonly canBecome: string
}

/** Answers "who is this, what has it become, what did it make, what did it touch?"; undefined: the id occurs nowhere. */
export function who(states: States, id: string): Answer | undefined {
  const all = everyCred(states)
  const asked = find(states, all, id)
  if (!asked) return undefined
  const { minted, cut } = mintedFrom(
    lookupIn(states.correlate),
    asked.own.map(({ cred }) => cred),
  )
  const became = becameOf(all, asked, minted)
  return {
    kind: asked.kind,
    id: asked.id,
    holder: holderOf(states, asked.own, asked.id),
    became,
    madeBy: makersOf(all, asked),
    minted,
    cut,
    touched: touchedBy(actingAs(all, became)),
    canBecome: canBecomeUnknown,
  }
}

/** The subject itself and what it became; not those it came from. */
function actingAs(all: readonly Known[], became: readonly Became[]): Known[] {
  const names = new Set(
    became
      .filter(({ relation }) => relation !== 'ancestor')
      .map(({ session, key }) => `${session}|${key}`),
  )
  return all.filter(({ cred }) => names.has(`${cred.session.id}|${cred.key}`))
}

/** What the evidence for all of its credentials comes to; for a key that nobody used, what its issue hands down. */
function holderOf({ correlate }: States, own: readonly Known[], id: string): Holder {
  const evidence = own.flatMap(({ view }) => view.evidence)
  const handed = correlate.flatMap(({ inherits }) =>
    [...inherits.values()].flat().filter(({ minted }) => minted === id),
  )
  const all = evidence.length > 0 ? evidence : handed.flatMap((inherit) => inherit.evidence)
  const agents = (task: string): readonly string[] => [
    ...new Set(correlate.flatMap((state) => agentsOfTask(state, task))),
  ]
  return decide(all, agents).holder
}
