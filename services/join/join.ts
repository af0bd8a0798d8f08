import type { AgentActivity } from '#shared/messages/activity.ts'
import type {
  Declared,
  KeyReports,
  Message,
  PlaceUser,
  ToCorrelate,
  ToJoin,
} from '#shared/messages/hops.ts'
import type { TargetDeed } from '#shared/messages/session-facts.ts'
import type { Step } from '#shared/pipeline/step.ts'
import { Bug } from '#shared/errors.ts'
import { Keys, noReports } from './keys.ts'
import { addMeetingAsker, deedsOf, emptyMeeting, hear, usersOf, type Meeting } from './meetings.ts'
import {
  addChild,
  addTaskAsker,
  ancestorsOf,
  emptyTask,
  infoOf,
  learnTask,
  type TaskEntry,
} from './tasks.ts'

/**
 * What lies under different keys and must meet, by join id: `key:` a report that names a key and the principal that has it;
 * `task:` a task and everyone who names it; `target:` deeds on one thing; `place:` who else works from an address.
 * Either side may come first; each answer is a register that is sent again when it changes (SEMANTICS B3, B5).
 */
export type JoinState = {
  readonly keys: Keys
  readonly tasks: Map<string, TaskEntry>
  readonly targets: Map<string, Meeting<TargetDeed>>
  readonly places: Map<string, Meeting<PlaceUser>>
  readonly changed: Set<string>
}

/** Prefixes of join ids. */
export const joinId = {
  key: (id: string) => `key:${id}`,
  task: (id: string) => `task:${id}`,
  target: (account: string, target: string) => `target:${account}/${target}`,
  place: (account: string, place: string, hour: number) => `place:${account}/${place}/${hour}`,
}
const named = (id: string): string => id.slice(id.indexOf(':') + 1)

export const join: Step<JoinState, ToJoin, Message> = {
  name: 'join',
  initial: () => ({
    keys: new Keys(),
    tasks: new Map(),
    targets: new Map(),
    places: new Map(),
    changed: new Set(),
  }),
  apply(state, input) {
    if (learn(state, input)) state.changed.add(input.key)
  },
  flush(state) {
    const answers = [...state.changed].flatMap((id) => answer(state, id))
    state.changed.clear()
    return answers
  },
}

function learn(state: JoinState, input: ToJoin): boolean {
  switch (input.kind) {
    case 'report':
      return report(state, input.key, input.activity)
    case 'key.exposed':
      return state.keys.addExposure(input.about, input.exposure)
    case 'key.used':
      return state.keys.addAsker(input.about, input.principal)
    case 'task.asked':
      return addTaskAsker(entryOf(state.tasks, input.key, emptyTask), input.asker)
    case 'task.parent':
      return addChild(entryOf(state.tasks, input.key, emptyTask), input.child)
    case 'task.ancestors':
      return hearAncestors(entryOf(state.tasks, input.key, emptyTask), input)
    case 'task.wanted':
      return want(entryOf(state.tasks, input.key, emptyTask), input.asker)
    case 'task.held':
      return hold(entryOf(state.tasks, input.key, emptyTask), input.sender, input.leaseRoot)
    case 'target.deed':
      return hear(
        entryOf(state.targets, input.key, emptyMeeting<TargetDeed>),
        input.sender,
        input.deed,
      )
    case 'target.asked':
      return addMeetingAsker(
        entryOf(state.targets, input.key, emptyMeeting<TargetDeed>),
        input.asker,
      )
    case 'place.used':
      return hear(
        entryOf(state.places, input.key, emptyMeeting<PlaceUser>),
        input.sender,
        input.user,
      )
    case 'place.asked':
      return addMeetingAsker(entryOf(state.places, input.key, emptyMeeting<PlaceUser>), input.asker)
  }
}

function entryOf<T>(map: Map<string, T>, id: string, empty: () => T): T {
  let entry = map.get(id)
  if (entry === undefined) map.set(id, (entry = empty()))
  return entry
}

function hearAncestors(
  entry: TaskEntry,
  { parent, ancestors }: Extract<ToJoin, { kind: 'task.ancestors' }>,
): boolean {
  const before = entry.above?.get(parent)
  if (before && JSON.stringify(before) === JSON.stringify(ancestors)) return false
  entry.above = (entry.above ?? new Map<string, readonly Declared[]>()).set(parent, ancestors)
  return true
}

/** A session that the task holds tells its lease root; '' takes it back. */
function hold(entry: TaskEntry, sender: string, leaseRoot: string): boolean {
  if (leaseRoot === '') return entry.held?.delete(sender) ?? false
  entry.held = (entry.held ?? new Map<string, string>()).set(sender, leaseRoot)
  return true
}

function want(entry: TaskEntry, asker: string): boolean {
  const asked = addTaskAsker(entry, asker)
  const first = !entry.wanted
  entry.wanted = true
  return first || asked
}

function report(state: JoinState, id: string, activity: AgentActivity): boolean {
  switch (activity.kind) {
    case 'credential.issued':
      return state.keys.addLease(activity.credential, activity)
    case 'tool.called':
      return state.keys.addClaim(activity.credential ?? named(id), activity)
    case 'task.started':
    case 'task.ended':
      return learnTask(entryOf(state.tasks, id, emptyTask), activity)
    case 'agent.registered':
      throw new Bug('a registration goes to every partition of correlate, not to join')
  }
}

function answer(state: JoinState, id: string): Message[] {
  if (id.startsWith('key:')) return answerKey(state, named(id))
  if (id.startsWith('task:')) return answerTask(id, state.tasks.get(id))
  if (id.startsWith('target:')) return answerTarget(id, state.targets.get(id))
  return answerPlace(id, state.places.get(id))
}

function answerKey({ keys }: JoinState, about: string): ToCorrelate[] {
  const { reports, askers } = keys.known(about)
  const told = (key: string, says: KeyReports): ToCorrelate => ({
    to: 'correlate',
    kind: 'key.known',
    key,
    about,
    reports: says,
  })
  const gone = keys.takeBack(about)
  if (isEmpty(reports)) return []
  return [...gone.map((key) => told(key, noReports)), ...askers.map((key) => told(key, reports))]
}

const isEmpty = ({ leases, claims, exposures }: KeyReports): boolean =>
  leases.length === 0 && claims.length === 0 && exposures.length === 0

function answerTask(id: string, entry: TaskEntry | undefined): Message[] {
  if (!entry) return []
  const name = named(id)
  const task = infoOf(name, entry)
  const above = ancestorsOf(name, entry)
  return [
    ...entry.askers.map((key): Message => ({ to: 'correlate', kind: 'task.known', key, task })),
    ...entry.parents.map(({ names }): Message => ({
      to: 'join',
      kind: 'task.parent',
      key: joinId.task(names),
      child: name,
    })),
    ...entry.children.map((child): Message => ({
      to: 'join',
      kind: 'task.ancestors',
      key: joinId.task(child),
      parent: name,
      ancestors: above,
    })),
  ]
}

function answerTarget(id: string, entry: Meeting<TargetDeed> | undefined): ToCorrelate[] {
  if (!entry) return []
  const deeds = deedsOf(entry)
  return entry.askers.map((key) => ({
    to: 'correlate',
    kind: 'target.known',
    key,
    target: named(id),
    deeds,
  }))
}

function answerPlace(id: string, entry: Meeting<PlaceUser> | undefined): ToCorrelate[] {
  if (!entry) return []
  const users = usersOf(entry)
  return entry.askers.map((key) => ({
    to: 'correlate',
    kind: 'place.known',
    key,
    place: named(id),
    users,
  }))
}
