import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Declared, TaskInfo } from '#shared/messages/hops.ts'
import { compareMarks, earliest, type Mark } from '#shared/facts/mark.ts'
import { addTo, strings, type SetRule } from '#shared/facts/small-set.ts'

/** What meets under `task:<id>`: declarations about the task, and who asked for them. */
export type TaskEntry = {
  readonly agents: Declared[]
  readonly parents: Declared[]
  readonly handOffs: Declared[]
  readonly humans: Declared[]
  /** What each parent last said of its own ancestors. */
  above: Map<string, readonly Declared[]> | undefined
  readonly children: string[]
  readonly askers: string[]
  /** Lease roots of the sessions that the task holds, by session: only once somebody wants them. */
  held: Map<string, string> | undefined
  wanted: boolean
  started?: Mark
  readonly ends: Declared[]
}

export const emptyTask = (): TaskEntry => ({
  agents: [],
  parents: [],
  handOffs: [],
  humans: [],
  above: undefined,
  children: [],
  askers: [],
  held: undefined,
  ends: [],
  wanted: false,
})

/** Declarations of one kind that a task keeps, children it tells, and askers it answers. */
const declaredMax = 16
const childrenMax = 4096
const askersMax = 4096
/** Sub-tasks nest no deeper than this. */
const ancestorsMax = 16

const declared: SetRule<Declared> = {
  identity: (d) => `${d.names}|${d.source}|${d.agent}`,
  merge: (a, b) => {
    const received = !a.received || !b.received ? 0 : Math.min(a.received, b.received)
    const first = compareMarks(a, b) <= 0 ? a : b
    return first.received === received ? first : { ...first, received }
  },
  limit: declaredMax,
}
const children = strings(childrenMax)
const askers = strings(askersMax)

/** Folds one activity about the task; true if anything changed. */
export function learnTask(entry: TaskEntry, activity: AgentActivity): boolean {
  const mark = { at: activity.time, id: activity.id }
  if (activity.kind === 'task.ended') {
    const { source = '', agent = '' } = activity
    // An end that is announced for later is known from then on: setting it back afterwards gains nothing.
    const received = activity.received ? Math.max(activity.received, activity.time) : 0
    return addTo(entry.ends, { ...mark, names: 'end', source, received, agent }, declared)
  }
  if (activity.kind !== 'task.started') return false
  const says = (names: string): Declared => ({
    ...mark,
    names,
    source: activity.source ?? '',
    received: activity.received ?? 0,
    agent: activity.agent,
  })
  const started = earliest(entry.started, mark)
  let changed = started !== entry.started
  entry.started = started
  changed = addTo(entry.agents, says(activity.agent), declared) || changed
  if (activity.parent) changed = addTo(entry.parents, says(activity.parent), declared) || changed
  if (activity.onBehalfOf)
    changed = addTo(entry.humans, says(activity.onBehalfOf), declared) || changed
  for (const to of activity.scope?.handOffTo ?? [])
    changed = addTo(entry.handOffs, says(to), declared) || changed
  return changed
}

export const addChild = (entry: TaskEntry, task: string): boolean =>
  addTo(entry.children, task, children)
export const addTaskAsker = (entry: TaskEntry, principal: string): boolean =>
  addTo(entry.askers, principal, askers)

/** Ancestors, as a set; what it holds must not depend on the order in which a family declared itself. */
const ancestors: SetRule<Declared> = { ...declared, limit: ancestorsMax }

/** Parents and all above them; a task never is its own ancestor. */
export function ancestorsOf(task: string, entry: TaskEntry): Declared[] {
  const found: Declared[] = []
  for (const parent of entry.parents)
    for (const each of [parent, ...(entry.above?.get(parent.names) ?? [])])
      if (each.names !== task) addTo(found, each, ancestors)
  return found
}

/** Lease roots that an asker hears of. */
const rootsMax = 4

export function infoOf(task: string, entry: TaskEntry): TaskInfo {
  return {
    task,
    agents: [...entry.agents],
    parents: [...entry.parents],
    ancestors: ancestorsOf(task, entry),
    handOffs: [...entry.handOffs],
    humans: [...entry.humans],
    wanted: entry.wanted,
    roots: [...new Set(entry.held?.values() ?? [])].toSorted().slice(0, rootsMax),
    ...(entry.started && { started: entry.started }),
    ends: [...entry.ends],
  }
}
