import type { Received } from '#infra/alert/receiver.fixture.ts'
import { denialPolicy, denialsOf, noDenials } from '#infra/aws/denials.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { checkChain } from '#shared/facts/chain.ts'
import type { Order } from '#shared/messages/containment.ts'
import { caseStates, type DeskEvent } from '#shared/messages/desk.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import type { Replayed } from '#services/replay/replay.ts'
import type { Town } from './town.ts'
import type { Theft } from './traffic.ts'

/** What went wrong, a sentence each: nothing may be lost, nothing may happen twice. */
export type Verdict = { readonly lost: readonly string[]; readonly doubled: readonly string[] }

const all = 10_000

/** Holds a data file, a cloud and a receiver against a pure replay of what came in, and against what was stolen. */
export function verdictOn(town: Town, pure: Replayed, thefts: readonly Theft[]): Verdict {
  const open = town.open()
  try {
    const { incidents } = open.effects.standing()
    const cases = open.desk.list({ states: caseStates, limit: all })
    const told = cases.filter(({ stands }) => stands).map(({ incident }) => incident)
    const events = cases.flatMap(({ handle }) => open.desk.history(handle, all))
    const orders = open.containment.orders({})
    const got = town.pages.map(pageOf)
    return {
      lost: [
        ...missing('finding', keysOf(pure.incidents), keysOf(incidents)),
        ...missing('finding on the desk', keysOf(pure.incidents), keysOf(told)),
        ...missing('page', idsOf(events), idsOf(got)),
        ...(outcomeHash(outcomeOf(incidents)) === pure.hash ? [] : ['another outcome']),
        ...thefts.flatMap((theft) => uncut(theft, orders)),
        ...auditOf(town),
      ],
      doubled: [
        ...missing('finding nobody replays', keysOf(incidents), keysOf(pure.incidents)),
        ...twice('finding on the desk', keysOf(told)),
        ...twice('raised', raised(events)),
        ...twice('page with two texts', texts(got)),
        ...missing('page nobody wrote', idsOf(got), idsOf(events)),
        ...missing(
          'order for nothing',
          orders.filter(isSent).map(({ unit }) => unit),
          thefts.map(({ unit }) => unit),
        ),
        ...twice(
          'order that was sent',
          orders.filter(isSent).map(({ unit }) => unit),
        ),
        ...changedTwice(town.changes, thefts),
      ],
    }
  } finally {
    open.close()
  }
}

/** Everything has come to its end: what is sent, what is cut, what is undone. */
export function isSettled(town: Town, pure: Replayed, thefts: readonly Theft[]): boolean {
  const { lost } = verdictOn(town, pure, thefts)
  return lost.length === 0
}

/** What is wrong with the audit; after every death it is one chain. */
export function auditOf(town: Town): string[] {
  const open = town.open()
  try {
    const found = checkChain(open.containment.links(), [open.containment.head()])
    return found.intact ? [] : [`audit: ${found.says}`]
  } finally {
    open.close()
  }
}

const isSent = ({ sentAt }: Order): boolean => sentAt > 0

function uncut({ unit, becomes }: Theft, orders: readonly Order[]): string[] {
  const order = orders.find((each) => each.unit === unit && each.episode === 1)
  return order?.state === becomes
    ? []
    : [`cut of ${unit}: ${order?.state ?? 'no order'}, not ${becomes}`]
}

/** Each unit is cut once, and undone once if a person asked for it. The cloud has its own list. */
function changedTwice(changes: readonly TrailRecord[], thefts: readonly Theft[]): string[] {
  const made = changes.reduce(effectsOf, { denied: new Map(), effects: [] }).effects
  const undone = new Set(
    thefts.flatMap(({ unit, becomes }) => (becomes === 'undone' ? [unit] : [])),
  )
  const wrong = made.filter((each) => each.endsWith('again'))
  const untold = made.filter((each) => each.startsWith('uncut ') && !undone.has(each.slice(6)))
  return [...wrong, ...untold, ...twice('change', made)]
}

type Seen = {
  /** Units denied now, by role. */
  readonly denied: Map<string, ReadonlySet<string>>
  readonly effects: string[]
}

function effectsOf({ denied, effects }: Seen, record: TrailRecord): Seen {
  const asked = record['requestParameters'] as Readonly<Record<string, string>>
  if (record.eventName === 'UpdateAccessKey') {
    const isCut = asked['status'] === 'Inactive'
    effects.push(`${isCut ? 'cut' : 'uncut'} key:${asked['accessKeyId'] ?? ''}`)
    return { denied, effects }
  }
  const role = asked['roleName'] ?? ''
  const before = denied.get(role) ?? new Set()
  const text = record.eventName === 'PutRolePolicy' ? asked['policyDocument'] : undefined
  const now = new Set((text === undefined ? noDenials : (denialsOf(text) ?? noDenials)).keys())
  const nameOf = (unit: string): string =>
    `session:${record.recipientAccountId}/role/${role}/${unit.slice(unit.indexOf(':') + 1)}`
  for (const unit of now.difference(before)) effects.push(`cut ${nameOf(unit)}`)
  for (const unit of before.difference(now)) effects.push(`uncut ${nameOf(unit)}`)
  if (now.symmetricDifference(before).size === 0)
    effects.push(`${record.eventName} of ${asked['policyName'] ?? denialPolicy} on ${role} again`)
  denied.set(role, now)
  return { denied, effects }
}

type Page = { readonly id: string; readonly body: string }

/** The event that a webhook is about: its id, without what differs from one sending to the next. */
const pageOf = ({ headers, body }: Received): Page => ({
  id: String(headers['webhook-id']),
  body,
})

const keysOf = (incidents: readonly Incident[]): string[] =>
  incidents.flatMap(({ findings }) => findings.map(({ key }) => key))

const idsOf = (pages: readonly { readonly id: string }[]): string[] => pages.map(({ id }) => id)

const raised = (events: readonly DeskEvent[]): string[] =>
  events.flatMap(({ kind, handle }) => (kind === 'raised' ? [handle] : []))

/** One id for each text that it had. */
const texts = (pages: readonly Page[]): string[] => [
  ...new Map(pages.map(({ id, body }) => [`${id} ${body}`, id])).values(),
]

function missing(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found)
  return wanted.filter((each) => !there.has(each)).map((each) => `${what} ${each}`)
}

function twice(what: string, found: readonly string[]): string[] {
  const seen = new Set<string>()
  return found.flatMap((each) => (seen.size === seen.add(each).size ? [`${what} ${each}`] : []))
}
