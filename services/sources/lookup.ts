import type { Transient } from '#shared/errors.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { RawRecord } from '#shared/messages/record.ts'
import type { EventHistory, HistoryEvent } from '#shared/ports/cloudtrail.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import { cannotRead, deliver, offerOf, type DeliverPorts } from './deliver.ts'
import {
  begun,
  type Covered,
  lateSlice,
  nextSlice,
  progressOf,
  read,
  regionsFrom,
  regionsText,
  type Windows,
} from './lookup-state.ts'
import { paceOf, type Pace } from './pace.ts'
import type { Source } from './source.ts'

export type LookupOptions = Windows & {
  readonly name: string
  /** Twelve digits. */
  readonly account: string
  /** Regions to ask; us-east-1, where IAM is, is always among them. */
  readonly regions: readonly string[]
  /** Whether the account uses no others, so that what is missing in them is missing. */
  readonly isAll: boolean
  readonly everyMs: number
}

export type LookupPorts = DeliverPorts & { readonly history: EventHistory }

/** Where records of IAM and of other global services are (CloudTrail User Guide, "global service events"). */
const home = 'us-east-1'

/** A window that has more pages than this is no window but a mistake: 2 000 pages are 100 000 records. */
const pagesMax = 2_000

type Reading = {
  readonly options: LookupOptions
  readonly ports: LookupPorts
  readonly regions: Map<string, Covered>
  readonly seen: Seen
  readonly pace: Pace
}

/**
 * CloudTrail by LookupEvents, each region by itself. What is younger than the time that records may take to come is read
 * again at every poll, and once more much later, and what was handed over already is dropped. A restart goes on where
 * everything was complete; what it hands over twice changes nothing.
 */
export function lookupEvents(options: LookupOptions, ports: LookupPorts): Source {
  const asked = [...new Set([home, ...options.regions])]
  let reading: Reading | undefined
  return {
    name: options.name,
    silence: 300 + Math.ceil(options.everyMs / 100),
    async poll(now) {
      reading ??= {
        options,
        ports,
        regions: regionsFrom(ports.intake.bookmark(options.name)),
        seen: new Map(),
        pace: paceOf(ports.scheduler),
      }
      const { regions } = reading
      const work = asked.map((region) => readRegion(region, now, reading as Reading))
      const failures = (await Promise.allSettled(work)).flatMap((done): unknown[] =>
        done.status === 'rejected' ? [done.reason] : [],
      )
      const progress = progressOf(options, regions, asked)
      const bookmark = regionsText(regions)
      const mark = { source: options.name, received: now, records: [], progress, bookmark }
      await deliver(mark, ports)
      if (failures.length > 0) throw failures[0] as Transient
      return options.everyMs
    },
  }
}

async function readRegion(region: string, now: number, reading: Reading): Promise<void> {
  const { options, ports, regions, seen } = reading
  let covered: Covered = begun(regions.get(region), now, options)
  for (;;) {
    const { from, until, isLast } = nextSlice(covered, now, options)
    await readSlice({ region, from, until, now }, reading)
    covered = read(covered, until, now, options)
    regions.set(region, covered)
    if (isLast) break
    const bookmark = regionsText(regions)
    await deliver({ source: options.name, received: now, records: [], bookmark }, ports)
  }
  // One stretch a poll, so that what is new never waits for it.
  const late = lateSlice(covered, now, options)
  if (late) {
    await readSlice({ region, ...late, now }, reading)
    covered = { ...covered, again: late.until }
    regions.set(region, covered)
  }
  forget(seen, region, Math.min(covered.again, covered.upTo))
}

type Slice = {
  readonly region: string
  readonly from: number
  readonly until: number
  readonly now: number
}

/** Reads a window page by page; a token that is refused begins it anew, once. */
async function readSlice(slice: Slice, reading: Reading): Promise<void> {
  const { region, from, until } = slice
  let next: string | undefined
  let restarts = 0
  for (let pages = 0; pages < pagesMax; pages++) {
    const query = { region, from, until, ...(next !== undefined && { next }) }
    const page = await reading.pace(region, () => reading.ports.history.page(query))
    if (page.as === 'page') {
      await handOver(page.events, slice, reading)
      if (page.next === undefined) return
      if (page.next === next)
        throw cannotRead(`CloudTrail in ${region}`, 'a page names itself as the next')
      next = page.next
    } else if (restarts++ > 0) {
      throw cannotRead(`CloudTrail in ${region}`, 'the token of the next page is refused')
    } else next = undefined
  }
  throw cannotRead(
    `CloudTrail in ${region}`,
    `more than ${pagesMax} pages in one window: read the files of a trail instead`,
  )
}

async function handOver(events: readonly HistoryEvent[], slice: Slice, reading: Reading) {
  const { options, ports, seen } = reading
  const ids = seen.get(slice.region) ?? new Map<string, number>()
  seen.set(slice.region, ids)
  const fresh = events.filter(({ id }) => !ids.has(id))
  if (fresh.length === 0) return
  const stretch = { source: options.name, received: slice.now, from: 0 }
  await deliver(offerOf(batchOf(fresh, `${options.name} ${slice.region}`), stretch, ports), ports)
  for (const { id, at } of fresh) ids.set(id, at)
  for (const id of ids.keys()) {
    if (ids.size <= seenMax) break
    ids.delete(id)
  }
}

function batchOf(events: readonly HistoryEvent[], source: string): RawBatch {
  const records: RawRecord[] = []
  const dead: DeadLetter[] = []
  for (const { id, text } of events) {
    const pointer = { source, offset: 0, within: id }
    try {
      records.push({ pointer, value: JSON.parse(text) as unknown })
    } catch {
      dead.push(deadLetter(pointer, 'not valid JSON', 'CloudTrailEvent', text))
    }
  }
  const progress = { bytes: 0, totalBytes: 0, files: 0, totalFiles: 0 }
  return { records, dead, ignored: [], unread: [], progress }
}

/** Region → id of an event that was handed over → when it happened. */
type Seen = Map<string, Map<string, number>>
/** Ids that are remembered for a region, some 10 MB; what is forgotten is handed over again, which changes nothing. */
const seenMax = 100_000

/** What lies before the window is not read again. */
function forget(seen: Seen, region: string, upTo: number): void {
  const ids = seen.get(region)
  for (const [id, at] of ids ?? []) if (at < upTo) ids?.delete(id)
}
