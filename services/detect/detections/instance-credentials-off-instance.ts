import { compareMarks, type Mark } from '#shared/facts/mark.ts'
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
  falseAlarms:
    'An instance whose public address changed within the hour; a program on the instance that also signs with a user’s key.',
  reads: ['places', 'neighbours', 'keys'],
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
    {
      when: 'it calls through the VPC endpoint and through the NAT',
      records: [instanceUse('r-1', 60), instanceUse('r-2', 120, 'endpoint')],
    },
    {
      when: 'the address changes overnight',
      records: [instanceUse('r-1', 60), instanceUse('r-2', 40_000, 'roaming')],
    },
  ],
}

type Strange = {
  readonly address: string
  readonly severity: Severity
  readonly because: string
  readonly beside: readonly Mark[]
}

/** One verdict for each address at which the instance cannot be, the best reason first. */
function strangePlaces(session: SessionFacts): Verdict[] {
  const addresses = new Set(
    session.places.filter((place) => !viaEndpoint(place)).map(({ address }) => address),
  )
  return [...addresses].flatMap((address) => {
    const strange =
      secondNetwork(session, address) ??
      somebodyElses(session, address) ??
      cannotRun(session, address)
    return strange ? [verdict(session, strange)] : []
  })
}

const at = ({ places }: SessionFacts, address: string): PlaceFacts[] =>
  places.filter((place) => place.address === address)

/** First use from an address, over all keys and hours; places are sorted by it. */
const firstAt = (session: SessionFacts, address: string): Mark =>
  at(session, address)[0]?.first ?? { at: Infinity, id: '' }

/**
 * Two networks within an hour. The one seen later is the stranger, unless somebody else is known to work from the earlier
 * one alone: then that is.
 */
function secondNetwork(session: SessionFacts, address: string): Strange | undefined {
  const here = at(session, address)
  const taken = neighboursAt(session, address).length > 0
  const home = session.places.find(
    (other) =>
      other.address !== address &&
      here.some((place) => near(other, place) && !sameHost(other, place)) &&
      isHome(session, other.address, address, taken),
  )
  if (!home) return undefined
  return {
    address,
    severity: 'high',
    because: `from ${address}, a second network, while ${home.address} had it within the hour`,
    beside: [home.first],
  }
}

/** Of two networks, is `other` the instance's own? */
function isHome(session: SessionFacts, other: string, address: string, taken: boolean): boolean {
  const otherTaken = neighboursAt(session, other).length > 0
  if (taken !== otherTaken) return taken
  return compareMarks(firstAt(session, other), firstAt(session, address)) < 0
}

const near = (a: PlaceFacts, b: PlaceFacts): boolean =>
  a.first.at <= b.last.at + hourMs && b.first.at <= a.last.at + hourMs

/** An endpoint of the own VPC, or the other IP version, with the same program: the instance itself. */
const sameHost = (a: PlaceFacts, b: PlaceFacts): boolean =>
  (viaEndpoint(a) || mixedVersions(a, b)) && family(a.agent) === family(b.agent)

/** Principals that are no instance, that this one did not mint, and that work from the address. */
const neighboursAt = ({ neighbours, leaseRoot }: SessionFacts, address: string): Neighbour[] =>
  neighbours.filter((each) => each.address === address && each.leaseRoot !== leaseRoot)

/** `111122223333/user/alice` → "user alice". */
const nameOf = ({ principal }: Neighbour): string => {
  const [, kind = '', name = ''] = principal.split('/')
  return name === '' ? principal : `${kind} ${name}`
}

/** Address and program are exactly those of somebody else. */
function somebodyElses(session: SessionFacts, address: string): Strange | undefined {
  const agents = new Set(at(session, address).map(({ agent }) => agent))
  const same = neighboursAt(session, address).filter(({ agent }) => agents.has(agent))
  const [first] = same
  if (!first) return undefined
  return {
    address,
    severity: 'medium',
    because: `from ${address}, where ${nameOf(first)} works with the same program`,
    beside: same.map((each) => each.first),
  }
}

/** Desktop systems do not run on instances that have a role. */
function cannotRun(session: SessionFacts, address: string): Strange | undefined {
  if (!at(session, address).some(({ agent }) => desktop.test(agent.replace(/[/#]/g, ' '))))
    return undefined
  const because = `from ${address}, by a program of a system that no instance runs`
  return { address, severity: 'medium', because, beside: [] }
}
const desktop = /\b(?:darwin|macos|iphone|android)\b/i

function verdict(session: SessionFacts, { address, severity, because, beside }: Strange): Verdict {
  const there = at(session, address)
  const roots = [...new Set(neighboursAt(session, address).map(({ leaseRoot }) => leaseRoot))]
  return {
    unit: address,
    severity,
    evidence: [...beside, ...there.map(({ first }) => first)],
    says: `was used off its instance ${session.instance}: ${because}`,
    credentials: there.map(({ key }) => key),
    ...(roots.length === 1 && roots[0] !== undefined && { joins: roots[0] }),
    tags: [`used-off:instance/${session.instance}`],
    unknown:
      session.keys.length > 1
        ? ['AWS cannot tell the keys of this session apart: a cut also stops the instance itself']
        : [],
    ...(severity === 'medium' && { never: 'auto' as const }),
  }
}
