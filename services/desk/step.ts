import type { Case, DeskEvent, Notice } from '#shared/messages/desk.ts'
import type { DeskChange } from '#shared/ports/desk.ts'

/** What happens to a case, but for what its number says. */
export type Happening = Omit<DeskEvent, 'id' | 'handle' | 'revision'>

/** The next event of a case, and the case with it. */
export function nextOf(
  each: Case,
  happening: Happening,
): { readonly event: DeskEvent; readonly now: Case } {
  const { handle } = each
  const revision = each.revision + 1
  return {
    event: { id: `${handle}.${revision}`, handle, revision, ...happening },
    now: { ...each, revision, changed: happening.at },
  }
}

/** One step of one case: what is written, and what people hear. */
export function stepOf(
  each: Case,
  happening: Happening,
): { readonly change: DeskChange; readonly notice: Notice } {
  const { event, now } = nextOf(each, happening)
  return {
    change: { cases: [now], keys: [], events: [event] },
    notice: { event, of: now, incident: now.incident, fresh: [] },
  }
}
