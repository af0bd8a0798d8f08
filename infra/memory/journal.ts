import type { Journal, Logged } from '#shared/ports/journal.ts'

/** A log in memory, for tests: it survives nothing but the loop. */
export function memoryJournal(): Journal {
  let batches: Logged[] = []
  let last = 0
  const bookmarks = new Map<string, string>()
  return {
    append(body, at, marks = {}) {
      batches.push({ position: ++last, at, body: body.slice() })
      for (const [source, mark] of Object.entries(marks)) bookmarks.set(source, mark)
      return last
    },
    *read(after) {
      for (let from = after; ; from++) {
        const next = batches.find(({ position }) => position > from)
        if (!next) return
        yield next
        from = next.position - 1
      }
    },
    batch: (wanted) => batches.find(({ position }) => position === wanted),
    head: () => last,
    first: () => batches[0]?.position ?? last + 1,
    bookmark: (source) => bookmarks.get(source),
    bookmarks: (prefix, after, limit) =>
      [...bookmarks]
        .filter(([source]) => source.startsWith(prefix) && source > after)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([source, mark]) => ({ source, mark })),
    remark(changes) {
      for (const [source, mark] of Object.entries(changes))
        if (mark === null) bookmarks.delete(source)
        else bookmarks.set(source, mark)
    },
    forget(before, through) {
      const stays = batches.findIndex(({ at, position }) => at >= before || position > through)
      const gone = stays < 0 ? batches.length : stays
      batches = batches.slice(gone)
      return gone
    },
  }
}
