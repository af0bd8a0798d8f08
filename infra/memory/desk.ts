import type { Case, CaseKey, DeskEvent } from '#shared/messages/desk.ts'
import type { Desk } from '#shared/ports/desk.ts'
import { tallied } from './tallied.ts'

type Tables = {
  cases: Map<string, Case>
  keys: Map<string, CaseKey>
  events: readonly DeskEvent[]
}

/** Incidents as people work on them, in memory. */
export function memoryDesk(): Desk {
  let now: Tables = { cases: new Map(), keys: new Map(), events: [] }
  return {
    together(work) {
      const before = { ...now, cases: new Map(now.cases), keys: new Map(now.keys) }
      try {
        return work()
      } catch (cause) {
        now = before
        throw cause
      }
    },
    rows({ keys, roots, owedBefore }) {
      const [asked, told] = [new Set(keys), new Set(roots)]
      const handles = new Set<string>()
      for (const row of now.keys.values())
        if (asked.has(row.key) || (row.root !== '' && told.has(row.root))) handles.add(row.handle)
      for (const {
        handle,
        owed = Infinity,
        told: { at },
      } of now.cases.values())
        if (owed < Infinity && at <= owedBefore) handles.add(handle)
      return {
        cases: [...now.cases.values()].filter(({ handle }) => handles.has(handle)),
        keys: [...now.keys.values()].filter(({ handle }) => handles.has(handle)),
        next: nextOf(now),
      }
    },
    write({ cases, keys, events }) {
      for (const each of cases) now.cases.set(each.handle, each)
      for (const row of keys) now.keys.set(row.key, row)
      now.events = [...now.events, ...events]
    },
    case: (handle) => now.cases.get(handle),
    list: ({ states, limit }) =>
      [...now.cases.values()]
        .filter(({ state }) => states.includes(state))
        .toSorted((a, b) => b.changed - a.changed || b.order - a.order)
        .slice(0, limit),
    counts: () => tallied([...now.cases.values()], ({ state }) => state),
    history: (handle, limit) => now.events.filter((each) => each.handle === handle).slice(-limit),
    prune(before, limit) {
      const old = [...now.cases.values()]
        .filter(({ stands, state, changed }) => !stands && state === 'closed' && changed < before)
        .toSorted((a, b) => a.changed - b.changed)
        .slice(0, limit)
        .map(({ handle }) => handle)
      for (const handle of old) now.cases.delete(handle)
      for (const { key, handle } of now.keys.values())
        if (old.includes(handle)) now.keys.delete(key)
      now.events = now.events.filter(({ handle }) => !old.includes(handle))
      return old.length
    },
  }
}

const nextOf = ({ cases, keys }: Tables): number =>
  1 +
  [...cases.values()]
    .map(({ order }) => order)
    .concat([...keys.values()].map(({ seq }) => seq))
    .reduce((a, b) => Math.max(a, b), 0)
