import {
  closings,
  findingsMax,
  toldMax,
  type Case,
  type Closed,
  type EventKind,
  type Notice,
} from '#shared/messages/desk.ts'
import { severities, type Finding } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { DeskChange, DeskQuestion, DeskRows } from '#shared/ports/desk.ts'
import type { Changes } from '#shared/ports/effects.ts'
import { newsOf, toldNow } from './news.ts'
import { nextOf } from './step.ts'
import { place, type Placed, type Placement, type Story } from './place.ts'

/** When a commit was logged, and how often people hear of one incident. */
export type Tick = {
  /** Epoch ms of the logged batch (SEMANTICS E4). */
  readonly at: number
  /** Least time between two `changed` of one incident, ms; a graver severity does not wait. */
  readonly holdMs: number
}

/** What the desk makes of a commit: rows to write in its transaction, and what people hear. */
type DeskVerdict = DeskChange & { readonly notices: readonly Notice[] }

type Told = Pick<Changes, 'incidents' | 'because'>

/** Which rows `judge` needs. */
export const questionOf = ({ incidents }: Told, { at, holdMs }: Tick): DeskQuestion => ({
  roots: incidents.map(({ root }) => root),
  keys: incidents.flatMap(({ now }) =>
    now.flatMap(({ findings }) => findings.map(({ key }) => key)),
  ),
  owedBefore: at - holdMs,
})

/**
 * What became of incidents in one commit: raised, changed, reopened, withdrawn, merged. Pure: rows and what was told in, rows
 * and events out. A commit is a whole unit of work, so whatever moved was judged again at its new place within it: what
 * stands nowhere after it was withdrawn by its present subject (SEMANTICS D3).
 */
export function judge(
  rows: DeskRows,
  told: Told,
  tick: Tick,
  caseOf: (handle: string) => Case | undefined,
): DeskVerdict {
  const stories = told.incidents.flatMap(({ root, now }) =>
    now.map((incident): Story => ({ root, incident })),
  )
  const roots = new Set(told.incidents.map(({ root }) => root))
  const placement = place(rows, stories, roots, caseOf)
  const around: Around = { told, tick, cases: new Map(rows.cases.map((c) => [c.handle, c])) }
  let { next } = placement
  const heard = [
    ...placement.placed.map((placed) =>
      standing(placed, placed.before?.order ?? next++, joinedTo(placed, placement, around), around),
    ),
    ...[...placement.merged].flatMap(([handle, into]) => ended(handle, 'merged', into, around)),
    ...placement.gone.flatMap(({ handle }) => ended(handle, 'withdrawn', '', around)),
  ]
  const spoken = new Set(heard.map(({ now }) => now.handle))
  const waiting = rows.cases.filter(({ handle }) => !spoken.has(handle))
  const all = [...heard, ...waiting.flatMap((each) => owed(each, around))]
  const notices = all.flatMap(({ notice }) => notice ?? [])
  return {
    cases: all.map(({ now }) => now),
    keys: placement.keys,
    events: notices.map(({ event }) => event),
    notices,
  }
}

type Around = {
  readonly told: Told
  readonly tick: Tick
  readonly cases: ReadonlyMap<string, Case>
}

/** A case after the commit, and what people hear of it. */
type Heard = { readonly now: Case; readonly notice?: Notice }

/** Cases on somebody's desk that became part of this one. */
const joinedTo = (placed: Placed, { merged }: Placement, { cases }: Around): string[] =>
  [...merged].flatMap(([from, into]) =>
    into === placed.handle && isOnDesk(cases.get(from)) ? [from] : [],
  )

const isOnDesk = (each: Case | undefined): boolean => each !== undefined && each.state !== 'closed'

/** Closed by a person, so that evidence of the same kind opens it no more. */
const isSettled = ({ closed }: Pick<Case, 'closed'>): boolean =>
  closed !== undefined && closings.some((reason) => reason === closed.reason)

function standing(placed: Placed, order: number, joined: readonly string[], around: Around): Heard {
  const { before } = placed
  if (!before) return raised(placed, order, around)
  const now = updated(before, placed)
  const news = newsOf(before.told, now.whole)
  const merges = joined.map((handle) => `${handle} belongs to this story`)
  const grave = [...merges, ...news.grave]
  const says = [...grave, ...news.known]
  if (isSettled(before)) {
    const isNew = placed.fresh.length > 0 || grave.length > 0
    return isNew ? tell(now, 'reopened', says, around) : { now: now.case }
  }
  if (before.state === 'closed') return tell(now, 'reopened', [comesBack(before), ...says], around)
  if (says.length === 0) return { now: settledUp(now.case) }
  const { at, holdMs } = around.tick
  const isDue = news.urgent || merges.length > 0 || at - before.told.at >= holdMs
  if (isDue) return tell(now, 'changed', says, around)
  return { now: { ...now.case, owed: before.owed ?? at } }
}

const comesBack = ({ closed }: Case): string =>
  closed?.reason === 'merged'
    ? `it stands apart from ${closed.into} again`
    : 'its evidence stands again'

/** A case in the middle of a commit: as it is kept, and its incident whole. */
type Draft = { readonly case: Case; readonly whole: Incident }

function updated(before: Case, { story, fresh }: Placed): Draft {
  const whole = { ...story.incident, id: before.handle }
  const untold = [...before.untold, ...fresh].slice(0, findingsMax)
  return { case: { ...before, stands: true, untold, ...bounded(whole) }, whole }
}

function raised(placed: Placed, order: number, around: Around): Heard {
  const { story, handle, founding, from } = placed
  const { at } = around.tick
  const whole = { ...story.incident, id: handle }
  const fresh: Case = {
    handle,
    founding,
    order,
    revision: 0,
    state: 'open',
    stands: true,
    raised: at,
    changed: at,
    told: toldNow(undefined, whole, at),
    untold: whole.findings.map(({ key }) => key).slice(0, findingsMax),
    ...bounded(whole),
  }
  const source = from.map((each) => around.cases.get(each)).find((each) => each !== undefined)
  // What a person has settled stays settled where the story falls apart: that is no new evidence.
  if (source?.closed && isSettled(source) && placed.fresh.length === 0)
    return { now: { ...fresh, state: 'closed', closed: source.closed, untold: [] } }
  const says = from.map((each) => `split off from ${each}`)
  return tell({ case: fresh, whole }, 'raised', says, around)
}

/** Nothing of it stands any more, or only as part of another. */
function ended(
  handle: string,
  reason: 'withdrawn' | 'merged',
  into: string,
  around: Around,
): Heard[] {
  const before = around.cases.get(handle)
  if (!before || (!before.stands && !isOnDesk(before))) return []
  const gone = settledUp({ ...before, stands: false })
  if (!isOnDesk(before)) return [{ now: gone }]
  // Somebody opened it again although nothing stands: only he closes it.
  if (!before.stands) return []
  const closed: Closed = { reason, by: self, at: around.tick.at, note: '', into }
  const says = [reason === 'merged' ? `part of ${into}` : 'its evidence does not stand any more']
  return [
    tell(
      { case: { ...gone, state: 'closed', closed }, whole: before.incident },
      reason,
      says,
      around,
    ),
  ]
}

/** What was held back so that nobody is called every second. */
function owed(each: Case, around: Around): Heard[] {
  if (each.owed === undefined) return []
  const { grave, known } = newsOf(each.told, each.incident)
  const says = [...grave, ...known]
  if (says.length === 0 || !isOnDesk(each)) return [{ now: settledUp(each) }]
  return [tell({ case: each, whole: each.incident }, 'changed', says, around)]
}

/** Who does what nobody does. */
const self = 'keytrail'

function tell(
  { case: each, whole }: Draft,
  kind: EventKind,
  says: readonly string[],
  { told, tick: { at } }: Around,
): Heard {
  const opens = kind === 'reopened'
  const draft: Case = {
    ...settledUp(opens ? opened(each) : each),
    told: toldNow(opens ? undefined : each.told, whole, at),
    untold: [],
  }
  const { because } = told
  const { event, now } = nextOf(draft, { kind, at, because, by: self, says })
  return { now, notice: { event, of: now, incident: whole, fresh: each.untold } }
}

/** Nothing waits to be told. */
const settledUp = ({ owed: _, ...rest }: Case): Case => rest

const opened = ({ closed: _, acknowledged: __, ...rest }: Case): Case => ({
  ...rest,
  state: 'open',
})

const weight = ({ severity }: Finding): number => severities.indexOf(severity)

/** The incident as a row keeps it: the gravest findings, earliest first, and as many credentials as are told. */
function bounded(whole: Incident): Pick<Case, 'incident' | 'more'> {
  const { findings, credentials } = whole
  const kept =
    findings.length <= findingsMax
      ? findings
      : findings.toSorted((a, b) => weight(b) - weight(a)).slice(0, findingsMax)
  const keys = new Set(kept.map(({ key }) => key))
  return {
    incident: {
      ...whole,
      findings: findings.filter(({ key }) => keys.has(key)),
      credentials: credentials.slice(0, toldMax),
    },
    more: findings.length - kept.length,
  }
}
