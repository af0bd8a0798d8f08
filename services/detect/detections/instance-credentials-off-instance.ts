import { compareMarks } from '#shared/facts/mark.ts'
import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { Neighbour, PlaceFacts, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { family, mixedVersions, viaEndpoint } from '../places.ts'
import { instanceUse, sessionUse } from '../company.ts'

const hourMs = 3_600_000

/** The credential of an instance is used where the instance is not. */
export const instanceCredentialsOffInstance: Detection = {
  id: 'instance-credentials-off-instance',
  version: 1,
  title: 'The credential of an instance is used elsewhere',
  severity: 'high',
  attack: ['T1552.005', 'T1550.001'],
  why: 'Instance credentials never leave their instance by themselves. Used from another network, or where somebody else’s credential works, they were read from the metadata service and carried off.',
  falseAlarms: 'An instance whose public address changed within the hour; a program on the instance that also signs with a user’s key.',
  reads: ['places', 'neighbours'],
  wait: '',
  withdrawnBy: 'An earlier use from the second network: it was no new network then.',
  judge: (session) => (session.instance === '' ? [] : strangePlaces(session)),
  fires: [
    {
      when: 'a second network uses the session within the hour',
      records: [instanceUse('r-1', 60), instanceUse('r-2', 120, 'thief'), instanceUse('r-3', 600)],
    },
    {
      when: 'address and program are those of a user key, and the instance was never seen at home',
      records: [sessionUse('r-1', 60, 'thief'), instanceUse('r-2', 120, 'thief')],
    },
  ],
  silent: [
    { when: 'it stays at home', records: [instanceUse('r-1', 60), instanceUse('r-2', 4000)] },
    { when: 'it calls through the VPC endpoint and through the NAT', records: [instanceUse('r-1', 60), instanceUse('r-2', 120, 'endpoint')] },
    { when: 'the address changes overnight', records: [instanceUse('r-1', 60), instanceUse('r-2', 40_000, 'roaming')] },
  ],
}

type Strange = {
  readonly place: PlaceFacts
  readonly severity: Severity
  readonly because: string
  readonly neighbours: readonly Neighbour[]
  readonly beside: readonly PlaceFacts['first'][]
}

/** One verdict for each address at which the instance cannot be, the best reason first. */
function strangePlaces(session: SessionFacts): Verdict[] {
  const found = new Map<string, Strange>()
  for (const place of session.places) {
    if (viaEndpoint(place)) continue
    const strange = secondNetwork(session, place) ?? somebodyElses(session, place) ?? cannotRun(place)
    if (strange && !found.has(place.address)) found.set(place.address, strange)
  }
  return [...found.values()].map((strange) => verdict(session, strange))
}

/** Two networks within an hour. The later one is the stranger, unless only the earlier is somebody else's place. */
function secondNetwork(session: SessionFacts, place: PlaceFacts): Strange | undefined {
  const others = session.places.filter(
    (other) => other.address !== place.address && near(other, place) && !sameHost(other, place),
  )
  const neighbours = neighboursAt(session, place)
  const known = others.filter(
    (other) =>
      compareMarks(other.first, place.first) < 0
        ? neighboursAt(session, other).length === 0 || neighbours.length > 0
        : neighbours.length > 0 && neighboursAt(session, other).length === 0,
  )
  const [home] = known
  if (!home) return undefined
  return {
    place,
    severity: 'high',
    because: `from ${place.address}, a second network, while ${home.address} had it within the hour`,
    neighbours,
    beside: [home.first],
  }
}

const near = (a: PlaceFacts, b: PlaceFacts): boolean =>
  a.first.at <= b.last.at + hourMs && b.first.at <= a.last.at + hourMs

/** An endpoint of the own VPC, or the other IP version, with the same program: the instance itself. */
const sameHost = (a: PlaceFacts, b: PlaceFacts): boolean =>
  (viaEndpoint(a) || mixedVersions(a, b)) && family(a.agent) === family(b.agent)

/** Address and agent are exactly those of a principal that is no instance, and that the instance did not mint. */
function somebodyElses(session: SessionFacts, place: PlaceFacts): Strange | undefined {
  const neighbours = neighboursAt(session, place)
  const [first] = neighbours
  if (!first) return undefined
  return {
    place,
    severity: 'medium',
    because: `from ${place.address}, where ${first.principal} works with the same program`,
    neighbours,
    beside: neighbours.map((each) => each.first),
  }
}

const neighboursAt = ({ neighbours, leaseRoot }: SessionFacts, place: PlaceFacts): Neighbour[] =>
  neighbours.filter(
    (each) =>
      each.address === place.address && each.agent === place.agent && each.leaseRoot !== leaseRoot,
  )

/** Desktop systems do not run on instances that have a role. */
function cannotRun(place: PlaceFacts): Strange | undefined {
  if (!/\b(?:darwin|macos|iphone|android)\b/i.test(place.agent.replace(/[/#]/g, ' '))) return undefined
  const because = `from ${place.address}, by a program of a system that no instance runs`
  return { place, severity: 'medium', because, neighbours: [], beside: [] }
}

function verdict(session: SessionFacts, { place, severity, because, neighbours, beside }: Strange): Verdict {
  const there = session.places.filter(({ address }) => address === place.address)
  const roots = [...new Set(neighbours.map(({ leaseRoot }) => leaseRoot))]
  const shared = session.keys.length > 1
  return {
    unit: place.address,
    severity,
    evidence: [...beside, ...there.flatMap(({ first, last }) => [first, last])],
    says: `of instance ${session.instance} was used ${because}`,
    credentials: there.map(({ key }) => key),
    ...(roots.length === 1 && roots[0] !== undefined && { joins: roots[0] }),
    tags: [`used-off:instance/${session.instance}`],
    unknown: shared
      ? ['AWS cannot tell the keys of this session apart: a cut also stops the instance itself']
      : [],
    ...(severity === 'medium' && { never: 'auto' as const }),
  }
}
