import { compareMarks } from '#shared/facts/mark.ts'
import type { Verdict } from '#shared/messages/finding.ts'
import type { PlaceFacts, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { family, viaEndpoint } from '../places.ts'
import { consoleUse, sessionUse, strayUse } from '../company.ts'

/** A temporary session is used from a second network by a second program while the first still counts as present. */
export const sessionInTwoPlaces: Detection = {
  id: 'session-in-two-places',
  version: 1,
  title: 'A temporary session is used in two places',
  severity: 'high',
  attack: ['T1550.001', 'T1078.004'],
  why: 'A session key lives where it was issued. When another program on another network signs with it minutes later, somebody copied it.',
  falseAlarms:
    'A person who changes network and program within minutes; a job that is moved to another host together with its session.',
  reads: ['places', 'keys'],
  wait: '',
  withdrawnBy: 'An earlier use from the new place: it was no new place then.',
  judge: (session, { twoPlacesMs }) =>
    judgeable(session) ? [...moves(session, twoPlacesMs), ...crowds(session)] : [],
  fires: [
    {
      when: 'it is used from so many places that its own is lost among them',
      records: [
        ...Array.from({ length: 20 }, (_, i) => sessionUse(`home-${i}`, 60 + i)),
        ...Array.from({ length: 90 }, (_, i) => strayUse(`stray-${i}`, 100 + i, i)),
      ],
    },
    {
      when: 'another network and another program use the key, and the first goes on',
      records: [sessionUse('r-1', 60), sessionUse('r-2', 300, 'thief'), sessionUse('r-3', 420)],
    },
    {
      when: 'they use it five minutes after its last use at home',
      records: [sessionUse('r-1', 60), sessionUse('r-2', 360, 'thief')],
    },
  ],
  silent: [
    {
      when: 'only the address changes',
      records: [sessionUse('r-1', 60), sessionUse('r-2', 300, 'roaming')],
    },
    {
      when: 'only the program changes',
      records: [sessionUse('r-1', 60), sessionUse('r-2', 300, 'upgraded')],
    },
    {
      when: 'it moves to another host after twenty quiet minutes',
      records: [sessionUse('r-1', 60), sessionUse('r-2', 1500, 'thief')],
    },
    {
      when: 'a console session is proxied',
      records: [consoleUse('r-1', 60), consoleUse('r-2', 300, 'thief')],
    },
  ],
}

/** Long-lived keys may be in many places; instances have their own detection; consoles call through AWS's proxies. */
const judgeable = ({ created, instance, console, keys }: SessionFacts): boolean =>
  created > 0 && instance === '' && !console && keys.some(({ key }) => key !== '')

/** Places that are new in both address and program within the window after a use elsewhere; one verdict for each. */
function moves(session: SessionFacts, windowMs: number): Verdict[] {
  const seen: Seen[] = session.places.map((place) => ({ ...place, family: family(place.agent) }))
  const found = new Map<string, Verdict>()
  for (const place of seen) {
    if (viaEndpoint(place)) continue
    const before = seen.filter((other) => compareMarks(other.first, place.first) < 0)
    if (before.some((other) => other.address === place.address || other.family === place.family))
      continue
    const previous = lastBefore(before, place, windowMs)
    if (!previous) continue
    const goesOn = before.some((other) => other.last.at > place.first.at)
    if (session.hiddenIssue && !goesOn) continue
    const unit = `${place.address} ${place.family}`
    if (!found.has(unit)) found.set(unit, verdict(unit, seen, place, previous, goesOn))
  }
  return [...found.values()]
}

type Seen = PlaceFacts & { readonly family: string }

/** The use before it, if it lies in the window. A place that goes on after it was in use then, as far as its hour tells. */
function lastBefore(
  before: readonly Seen[],
  { first }: Seen,
  windowMs: number,
): Seen['first'] | undefined {
  const ends = before.map((other) =>
    compareMarks(other.last, first) < 0 ? other.last : other.first,
  )
  const spans = before.filter((other) => compareMarks(other.last, first) > 0)
  const latest = ends.toSorted(compareMarks).at(-1)
  if (!latest) return undefined
  return first.at - latest.at <= windowMs || spans.length > 0 ? latest : undefined
}

function verdict(
  unit: string,
  seen: readonly Seen[],
  place: Seen,
  previous: Seen['first'],
  goesOn: boolean,
): Verdict {
  const there = seen.filter(
    (other) => other.address === place.address && other.family === place.family,
  )
  return {
    unit,
    severity: goesOn ? 'high' : 'medium',
    evidence: [previous, ...there.map(({ first }) => first)],
    says: `was used from ${place.address} by another program${goesOn ? ' while it went on being used where it was' : ', minutes after its last use elsewhere'}`,
    credentials: there.map(({ key }) => key),
    unknown: goesOn ? [] : ['whether the session moved with its owner'],
    ...(!goesOn && { never: 'auto' as const }),
  }
}

/** Addresses from which one session is used that no fleet explains, when there are too many places to tell their order. */
const crowdMin = 16

/** So many places that the first of them are no longer known: an honest place could hide among them, so they are told. */
function crowds(session: SessionFacts): Verdict[] {
  const places = session.places.filter((place) => !viaEndpoint(place))
  const addresses = new Set(places.map(({ address }) => address))
  if (!session.crowded || addresses.size < crowdMin) return []
  return [
    {
      unit: 'crowd',
      severity: 'medium',
      evidence: places.map(({ first }) => first),
      says: 'was used from more places than can be told apart, by several programs',
      credentials: places.map(({ key }) => key),
      unknown: ['which of the places is the first'],
      never: 'auto',
    },
  ]
}
