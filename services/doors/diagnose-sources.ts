import type { Check } from './diagnose.ts'
import type { Report } from './report.ts'

type Source = Report['sources'][number]

/** A clock that is further ahead than this makes times of the source doubtful, ms. */
const skewMs = 2000
/** Reports behind this corroborate nothing (DESIGN §3.1), ms. */
const onTimeMs = 5 * 60_000
/** Messages wait, and the latest that was taken is older than this: what is judged is what was so long ago, ms. */
const oldMs = 15 * 60_000
/** Nothing came for so long, and nobody said whether it should, ms. */
const emptyMs = 60 * 60_000

/** What is known of the sources: whether they live, what waits, their clocks, and what is missing. */
export function sourcesIn({ sources, now }: Report): Check[] {
  const todo = 'keytrail sources add NAME --agent AGENT, or --folders FOLDER'
  if (sources.length === 0)
    return [{ what: 'sources', is: 'wrong', says: 'there are none, so nothing is seen', todo }]
  return [
    ...sources.map(sourceOf),
    ...sources.flatMap((source) => messagesOf(source, now)),
    ...sources.flatMap(clockOf),
    ...sources.flatMap(lackingIn),
  ]
}

function sourceOf({ source, is, seconds, heard, why, taken, refused }: Source): Check {
  const what = `source ${source}`
  const since = heard ? `heard ${seconds} s ago` : `never heard, for ${seconds} s`
  if (is === 'failing')
    return { what, is: 'wrong', says: `cannot be asked: ${why ?? 'no reason'}`, todo: 'repair it' }
  if (is === 'stuck')
    return { what, is: 'wrong', says: why ?? since, todo: 'its log says what is in the way' }
  if (is === 'silent') {
    const todo =
      why === undefined ? 'see whether it runs and has its token' : 'see whether who fills it runs'
    return { what, is: 'wrong', says: why ?? since, todo }
  }
  const count = refused.reduce((sum, each) => sum + each.count, 0)
  const [worst] = refused.toSorted((a, b) => b.count - a.count)
  if (worst && count > taken)
    return {
      what,
      is: 'wrong',
      says: `more is refused than taken: ${worst.reason}`,
      todo: 'see docs/instrument.md',
    }
  if (is === 'ok' || heard)
    return { what, is: 'fine', says: `${since}; ${taken} taken, ${count} refused` }
  const todo = 'give it --silence S when it is added, so that its silence says something'
  return { what, is: 'unknown', says: `${since}, and it may be silent for ever`, todo }
}

/** Of a topic or a queue: how many messages wait, and how old is what was taken last. */
function messagesOf(of: Source, now: number): Check[] {
  const { source, empty, behind, inHand, isCounted, sent, brings } = of
  if (!isCounted) return []
  const what = `messages of ${source}`
  if (behind === null) {
    const says = 'how many wait is not known: its broker was not asked, or did not answer'
    return [{ what, is: 'unknown', says, todo: 'see the source' }]
  }
  const age = sent === null ? '' : `; the latest taken was sent ${secondsSince(sent, now)} s ago`
  const held = inHand === null || inHand === 0 ? '' : `, ${inHand} in hand`
  const says = `${behind} wait${placesOf(of)}${held}${age}`
  if (behind > 0 && sent !== null && now - sent > oldMs)
    return [{ what, is: 'wrong', says, todo: 'it is not caught up; see that the gap closes' }]
  if (behind > 0 || brings !== null || empty * 1000 <= emptyMs) return [{ what, is: 'fine', says }]
  const todo = 'give it silence: SECONDS in the settings, so that its silence says something'
  return [{ what, is: 'unknown', says: `${says}; nothing came for ${empty} s`, todo }]
}

/** Partitions that are named. */
const namedMax = 3

function placesOf({ partitions, inHand }: Source): string {
  // A queue has no partitions.
  if (inHand !== null || partitions.length === 0) return ''
  const named = partitions
    .slice(0, namedMax)
    .map(({ partition, messages }) => `${messages} in partition ${partition}`)
  return ` (${named.join(', ')}${partitions.length > namedMax ? ', …' : ''})`
}

const secondsSince = (then: number, now: number): number =>
  Math.max(0, Math.round((now - then) / 1000))

function clockOf({ source, lag, late }: Source): Check[] {
  const what = `clock of ${source}`
  if (lag === null) return []
  if (lag < -skewMs) {
    const says = `at least ${Math.round(-lag / 1000)} s ahead of ours`
    return [{ what, is: 'wrong', says, todo: 'set both clocks by NTP' }]
  }
  if (late === 0 && lag <= onTimeMs) return [{ what, is: 'fine', says: 'not ahead of ours' }]
  const says = late === 1 ? 'one report came' : `${late} reports came`
  const why = `${says} more than five minutes late, which proves nothing`
  return [
    { what, is: 'wrong', says: why, todo: 'send sooner, or set its clock, which may be behind' },
  ]
}

function lackingIn({ source, lacking, lackingFirst }: Source): Check[] {
  if (lacking === 0) return []
  const more = lacking - lackingFirst.length
  const says = `missing: ${lackingFirst.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
  const todo = 'copy it there; until then nothing further is known to be complete'
  return [{ what: `trail in ${source}`, is: 'wrong', says, todo }]
}
