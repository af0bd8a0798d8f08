import { EarliestList } from '#shared/facts/earliest-list.ts'
import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import type { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { RareUse, Use } from '#shared/messages/use.ts'
import { addChild, markOf } from './creds.ts'
import type { Cred, Session } from './cred.ts'
import { addDeed, richOf } from './deeds.ts'
import type { Denied } from './rich.ts'
import { touch, wake, type CorrelateState } from './state.ts'

/** Records that a session keeps for each hour, and successes for each settled target (SEMANTICS C3). */
const perHour = 256
const marksMax = 16
const hourMs = 3_600_000

/** Folds what only few uses have. */
export function learnRare(state: CorrelateState, cred: Cred, use: Use): void {
  const { session } = cred
  const rare = use.rare
  const probe = rare?.deeds?.some(({ deed }) => deed === 'role-probed') ?? false
  if (use.error === 'denied' && !probe && use.action !== 'AssumeRole') addDenied(state, cred, use)
  if (rare === undefined) return
  if (use.error === 'none' && rare.target) addSettled(state, session, use, rare.target)
  learnTraits(state, session, rare)
  if (rare.secrets && use.error === 'none') addHarvest(state, cred, use, rare.secrets)
  for (const deed of rare.deeds ?? [])
    if (addDeed(session, cred.key, use, deed)) touch(state, session, 'doings')
  if (rare.issue && rare.issue.key !== '') {
    const child = { ...markOf(use), principal: rare.issue.child, call: rare.issue.call }
    addChild(cred, rare.issue.key, child)
    wake(state, session)
  }
}

/** Traits of a session that single records show. */
function learnTraits(state: CorrelateState, session: Session, rare: RareUse): void {
  const instance = rare.instance ?? ''
  if (instance !== '' && (session.instance === '' || instance < session.instance)) {
    session.instance = instance
    if (!state.hosts.has(session.account)) state.newHosts.add(session.account)
    touch(state, session, 'holder')
  }
  if (rare.console && !session.console) {
    session.console = true
    touch(state, session, 'holder')
  }
  if (rare.hiddenIssue && !session.hiddenIssue) {
    session.hiddenIssue = true
    touch(state, session, 'holder')
  }
}

/** Below its threshold a burst is none, so nobody has to look. */
function addDenied(state: CorrelateState, { key, session }: Cred, use: Use): void {
  if (!state.facets.has('denied')) return
  const target = use.rare?.target ?? ''
  const mark: Denied = { ...markOf(use), key, service: use.service, action: use.action, target }
  const rich = richOf(session)
  if (!hourly(rich.denied, use.at).add(mark)) return
  if (++rich.denials >= state.policy.deniedBurst || session.told) touch(state, session, 'doings')
}

function addHarvest(
  state: CorrelateState,
  { key, session }: Cred,
  use: Use,
  names: readonly string[],
): void {
  if (!state.facets.has('harvest')) return
  const rich = richOf(session)
  if (!hourly(rich.harvest, use.at).add({ ...markOf(use), key, names })) return
  rich.names += names.length
  if (rich.names >= state.policy.harvestNames || session.told) touch(state, session, 'doings')
}

/** The list of an hour; a list that the bound does not keep is filled for nothing. */
function hourly<M extends Mark>(map: SmallestMap<EarliestList<M>>, at: number): EarliestList<M> {
  const hour = String(Math.floor(at / hourMs))
  const known = map.get(hour)
  if (known) return known
  const list = new EarliestList<M>(perHour)
  map.merge(hour, list, (old) => old)
  return list
}

function addSettled(state: CorrelateState, session: Session, use: Use, target: string): void {
  const kept = richOf(session).settled.merge(
    `${use.service}:${use.action}:${target}`,
    { marks: [markOf(use)] },
    (old, now) => ({ marks: earliestFew([...old.marks, ...now.marks]) }),
  )
  if (kept && session.told) touch(state, session, 'doings')
}

function earliestFew(marks: readonly Mark[]): readonly Mark[] {
  const sorted = marks.toSorted(compareMarks)
  return sorted
    .filter((mark, i) => i === 0 || compareMarks(mark, sorted[i - 1] ?? mark) !== 0)
    .slice(0, marksMax)
}
