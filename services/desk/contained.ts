import type { Case, DeskEvent, Notice, Remedy } from '#shared/messages/desk.ts'
import type { DeskChange } from '#shared/ports/desk.ts'

/** How far containment of an incident has come. */
export type Step = {
  /** In a few words, as a person reads it: "key AKIA… disabled, not verified yet". */
  readonly says: string
  readonly by: string
  /** Epoch ms. */
  readonly at: number
  readonly remedy?: Remedy
}

/** Containment of an incident has gone a step: always worth a word, whatever its state is. */
export function contained(
  each: Case,
  { says, by, at, remedy }: Step,
): { readonly change: DeskChange; readonly notice: Notice } {
  const { handle } = each
  const revision = each.revision + 1
  const event: DeskEvent = {
    id: `${handle}.${revision}`,
    handle,
    revision,
    kind: 'changed',
    at,
    because: 'containment',
    by,
    says: [says],
    ...(remedy && { remedy }),
  }
  const now: Case = { ...each, revision, changed: at, containment: says }
  return {
    change: { cases: [now], keys: [], events: [event] },
    notice: { event, of: now, incident: now.incident, fresh: [] },
  }
}
