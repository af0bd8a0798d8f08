import { existsSync, readFileSync } from 'node:fs'
import { openDatabase, type Database } from '#infra/sqlite/database.ts'
import { sqliteDesk } from '#infra/sqlite/desk.ts'
import { sqliteEffects } from '#infra/sqlite/effects.ts'
import { caseStates, type DeskEvent } from '#shared/messages/desk.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { through } from '#test/engine.ts'
import { issuers, world } from '#test/properties/world.ts'
import { parts, type Life } from './child.ts'

/** What went wrong, a sentence each: nothing may be lost, nothing may happen twice. */
export type Verdict = { readonly lost: readonly string[]; readonly doubled: readonly string[] }

const all = 10_000

/** Holds a data file whose process came to its end against a pure replay of the same records. */
export async function verdictOn({ file, received, seed }: Life): Promise<Verdict> {
  const pure = await through(world(seed).records, { issuers })
  const db = openDatabase(file, parts)
  try {
    const { incidents } = sqliteEffects(db).standing()
    const told = pagesIn(db)
    return {
      lost: [
        ...missing('finding', keysOf(pure.incidents), keysOf(incidents)),
        ...missing('finding on the desk', keysOf(pure.incidents), keysOf(told.standing)),
        ...missing('page', idsOf(told.events), idsOf(deliveredTo(received))),
        ...(outcomeHash(outcomeOf(incidents)) === pure.hash ? [] : ['another outcome']),
      ],
      doubled: [
        ...missing('finding nobody replays', keysOf(incidents), keysOf(pure.incidents)),
        ...twice('finding on the desk', keysOf(told.standing)),
        ...twice('unit', unitsHeard(db)),
        ...twice('raised', raised(told.events)),
        ...twice('page with two texts', texts(deliveredTo(received))),
        ...missing('page nobody wrote', idsOf(deliveredTo(received)), idsOf(told.events)),
      ],
    }
  } finally {
    db.close()
  }
}

function pagesIn(db: Database): { standing: Incident[]; events: DeskEvent[] } {
  const desk = sqliteDesk(db)
  const cases = desk.list({ states: caseStates, limit: all })
  return {
    standing: cases.filter(({ stands }) => stands).map(({ incident }) => incident),
    events: cases.flatMap(({ handle }) => desk.history(handle, all)),
  }
}

type Page = { readonly id: string; readonly body: string }

function deliveredTo(received: string): Page[] {
  if (!existsSync(received)) return []
  const lines = readFileSync(received, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [id, body] = JSON.parse(line) as [string, string]
    return { id, body }
  })
}

const keysOf = (incidents: readonly Incident[]): string[] =>
  incidents.flatMap(({ findings }) => findings.map(({ key }) => key))

const idsOf = (pages: readonly { readonly id: string }[]): string[] => pages.map(({ id }) => id)

const raised = (events: readonly DeskEvent[]): string[] =>
  events.flatMap(({ kind, handle }) => (kind === 'raised' ? [handle] : []))

const unitsHeard = (db: Database): string[] =>
  db
    .prepare<{ position: number }>("SELECT position FROM heard WHERE because = 'records'")
    .all()
    .map(({ position }) => String(position))

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
