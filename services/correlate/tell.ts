import type { Mark } from '#shared/facts/mark.ts'
import { everywhere, type Message } from '#shared/messages/hops.ts'
import type { ActorFacts, TargetDeed } from '#shared/messages/session-facts.ts'
import { bequest, tasksOf, type KeyView } from './keys.ts'
import { deedsOf } from './lists.ts'
import { askTask, isQuiet } from './quiet.ts'
import type { Cred, Session } from './cred.ts'
import type { RichCred } from './rich.ts'
import type { Asked, CorrelateState } from './state.ts'
import { credAt, hasChildren, sessionAt } from './creds.ts'
import { actorName } from './matches.ts'
import { rowsOf, whereOf } from './rows.ts'
import {
  factsOf,
  ofInterest,
  placeId,
  placeIds,
  targetIds,
  viewSession,
  watchFromOf,
  type SessionView,
} from './view.ts'

/** What the sessions that changed have to say; each says only what its receivers do not know yet. */
export function speak(state: CorrelateState): Message[] {
  const out: Message[] = []
  announceHosts(state, out)
  announceKeys(state, out)
  for (const changed of state.dirty) {
    const session = sessionAt(state, changed)
    session.queued = false
    if (session.stale || !tellNewChildren(session, out)) judgeAgain(state, session, out)
    session.stale = false
    session.unsure = false
    session.reheld = false
  }
  state.dirty.length = 0
  return out
}

function judgeAgain(state: CorrelateState, session: Session, out: Message[]): void {
  if (isQuiet(state, session, out)) return void tellNewChildren(session, out)
  const view = viewSession(state, session)
  askTasks(state, view, out)
  for (const key of view.keys) {
    key.cred.watchFrom = watchFromOf(state, key)
    settleActors(key.cred, view.actors)
    tellChildren(state, key, out)
  }
  tellPlaces(state, view, out)
  if (ofInterest(state, view)) tellDetect(state, view, out)
}

/** The first instance session of an account makes every partition tell its places there. */
function announceHosts(state: CorrelateState, out: Message[]): void {
  for (const account of state.newHosts)
    if (!state.hosts.has(account))
      out.push({ to: 'correlate', kind: 'hosts', key: everywhere, account })
  state.newHosts.clear()
}

/** Join hears once who uses a key. */
function announceKeys(state: CorrelateState, out: Message[]): void {
  for (const index of state.fresh) {
    const { key, session } = credAt(state, index)
    out.push({
      to: 'join',
      kind: 'key.used',
      key: `key:${key}`,
      about: key,
      principal: session.principal,
    })
  }
  state.fresh.length = 0
}

/** Remembers which proven actors may use the key: their later uses need no look. */
function settleActors({ rich, key }: Cred, actors: readonly ActorFacts[]): void {
  if (!rich?.matches) return
  const settled = new Map<string, Mark>()
  for (const actor of actors)
    if (actor.key === key && actor.rank === 'corroborated' && actor.foreign === '')
      settled.set(actorName(actor), actor.first)
  rich.settled = settled
}

/** Asks join about each task that the evidence names, once for each partition. */
function askTasks(state: CorrelateState, view: SessionView, out: Message[]): void {
  const wanted = new Set(view.keys.flatMap((key) => foreignTasks(key)))
  for (const task of new Set(view.keys.flatMap((key) => [...tasksOf(state, key)]))) {
    const entry = askTask(state, task, view.session, out)
    if (wanted.has(task) && !entry.wanted) {
      entry.wanted = true
      out.push({
        to: 'join',
        kind: 'task.wanted',
        key: `task:${task}`,
        asker: view.session.principal,
      })
    }
    if (entry.info?.wanted) tellHeld(view, task, out)
  }
  takeBackHeld(view, out)
}

/** Tasks that used a key without holding it: what they hold themselves is asked for, to find their story. */
function foreignTasks({ actors, decision }: KeyView): string[] {
  const holder = decision.holder.task.id
  return actors.map(({ task }) => task).filter((task) => task !== '' && task !== holder)
}

/** Somebody wants to know what this task holds: this session's lease root, if the task is its holder. */
function tellHeld(
  { session, decision, leaseRoot }: SessionView,
  task: string,
  out: Message[],
): void {
  if (decision.holder.task.id !== task || !changed(heldOf(session), `held:${task}`, leaseRoot))
    return
  out.push({ to: 'join', kind: 'task.held', key: `task:${task}`, sender: session.id, leaseRoot })
}

/** What it told of a task that holds it no more, even one that its evidence does not name any longer. */
function takeBackHeld({ session, decision }: SessionView, out: Message[]): void {
  const held = decision.holder.task.id
  for (const about of session.said?.keys() ?? []) {
    if (!about.startsWith('held:') || about === `held:${held}`) continue
    session.said?.delete(about)
    const key = `task:${about.slice('held:'.length)}`
    out.push({ to: 'join', kind: 'task.held', key, sender: session.id, leaseRoot: '' })
  }
}

const heldOf = (session: Session): Map<string, string> =>
  (session.said ??= new Map<string, string>())

/** Remembers what was said about something; false if it was just this. */
function changed(said: Map<string, string>, about: string, text: string): boolean {
  if (said.get(about) === text) return false
  said.set(about, text)
  return true
}

/** Tells all children when what they inherit has changed, else only the new ones. */
function tellChildren(state: CorrelateState, key: KeyView, out: Message[]): void {
  const { rich } = key.cred
  if (!rich?.children || !hasChildren(key.cred)) return
  const left = bequest(state, key)
  const all = rich.signature !== left.signature
  rich.bequest = left
  rich.signature = left.signature
  tellUntold(rich, all ? rich.children.entries.keys() : (rich.untold ?? []), out)
}

/** A new child hears what the others were told; false if nothing was told yet, so that it must be worked out. */
function tellNewChildren({ creds }: Session, out: Message[]): boolean {
  const waiting = creds.flatMap(({ rich }) => (rich?.untold?.size ? rich : []))
  if (!waiting.every(({ bequest: left }) => left)) return false
  for (const rich of waiting) tellUntold(rich, rich.untold ?? [], out)
  return true
}

function tellUntold(rich: RichCred, keys: Iterable<string>, out: Message[]): void {
  for (const minted of keys) {
    const child = rich.children?.get(minted)
    if (!child || !rich.bequest) continue
    const { principal, id: record } = child
    out.push({
      to: 'correlate',
      kind: 'inherit',
      key: principal,
      child: principal,
      minted,
      record,
      ...rich.bequest,
    })
  }
  rich.untold?.clear()
}

/** In accounts with instances: where people work from, and the questions of instance sessions. */
function tellPlaces(state: CorrelateState, view: SessionView, out: Message[]): void {
  const { session, leaseRoot } = view
  if (!state.hosts.has(session.account)) return
  const said = heldOf(session)
  const now = new Set<string>()
  if (session.instance !== '') askPlaces(state, view, out)
  else
    for (const cred of session.creds)
      for (const row of rowsOf(state, cred, 'where')) {
        const { address, agent, hour } = whereOf(state, row)
        const place = placeId(session.account, address, hour)
        const first = state.seen.first(row)
        const sender = `${session.id}|${cred.key}|${agent}`
        now.add(`place:${place}\n${sender}`)
        if (!changed(said, `place:${place}\n${sender}`, `${first.id} ${leaseRoot}`)) continue
        const user = {
          ...first,
          principal: session.principal,
          session: session.id,
          leaseRoot,
          agent,
        }
        out.push({ to: 'join', kind: 'place.used', key: `place:${place}`, sender, user })
      }
  for (const { key, sender } of withdrawn(said, 'place:', now))
    out.push({ to: 'join', kind: 'place.used', key, sender, user: undefined })
}

/**
 * What was said under a prefix and is no more: a bound let it go, or the session turned out to be an instance. Names are
 * `key` and `sender`, parted by a line end.
 */
function withdrawn(
  said: Map<string, string>,
  prefix: string,
  now: ReadonlySet<string>,
): { key: string; sender: string }[] {
  const gone = [...said.keys()].filter((name) => name.startsWith(prefix) && !now.has(name))
  return gone.map((name) => {
    said.delete(name)
    const [key = '', sender = ''] = name.split('\n')
    return { key, sender }
  })
}

function askPlaces(state: CorrelateState, { session }: SessionView, out: Message[]): void {
  for (const place of placeIds(state, session).keys())
    if (asks(state.places, place, session))
      out.push({ to: 'join', kind: 'place.asked', key: `place:${place}`, asker: session.principal })
}

/** The session hears of every answer; true if join must be asked, which is once for each partition. */
function asks<T>(answers: Map<string, Asked<T>>, id: string, session: Session): boolean {
  const known = answers.get(id)
  if (known) known.sessions.add(session.index)
  else answers.set(id, { answer: undefined, sessions: new Set([session.index]) })
  return !known
}

function tellDetect(state: CorrelateState, view: SessionView, out: Message[]): void {
  const { session, subject, leaseRoot } = view
  tellTargets(state, view, out)
  const { told } = session
  const { revision: _, ...body } = factsOf(state, view, 0)
  const facts = JSON.stringify(body)
  if (told?.facts === facts) return
  const revision = ++state.revision
  if (told && told.subject !== subject)
    out.push({
      to: 'detect',
      kind: 'moved',
      key: told.subject,
      session: session.id,
      revision,
      leaseRoot,
    })
  session.told = { subject, facts }
  out.push({ to: 'detect', kind: 'facts', key: subject, facts: { ...body, revision } })
}

/** Tells the things that its deeds changed, and asks who else did something to them and to itself. */
function tellTargets(state: CorrelateState, view: SessionView, out: Message[]): void {
  const { session } = view
  const said = heldOf(session)
  const now = new Set<string>()
  for (const deed of deedsOf(session))
    for (const name of [deed.target, ...(deed.about ?? [])]) {
      const key = `target:${deed.account}/${name}`
      const sender = `${session.id}|${deed.id}|${deed.deed}|${deed.target}`
      now.add(`${key}\n${sender}`)
      const told: TargetDeed = {
        at: deed.at,
        id: deed.id,
        deed: deed.deed,
        target: deed.target,
        session: session.id,
        principal: session.principal,
        subject: view.subject,
        leaseRoot: view.leaseRoot,
        outcome: deed.outcome,
        power: deed.power,
        grantee: deed.grantee,
        effect: deed.effect,
        about: deed.about ?? [],
        key: deed.made ?? '',
      }
      if (changed(said, `${key}\n${sender}`, `${view.subject} ${view.leaseRoot}`))
        out.push({ to: 'join', kind: 'target.deed', key, sender, deed: told })
    }
  for (const { key, sender } of withdrawn(said, 'target:', now))
    out.push({ to: 'join', kind: 'target.deed', key, sender, deed: undefined })
  for (const id of targetIds(view))
    if (asks(state.targets, id, session))
      out.push({ to: 'join', kind: 'target.asked', key: `target:${id}`, asker: session.principal })
}
