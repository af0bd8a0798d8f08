import { files } from '#infra/files/files.ts'
import { memoryJournal } from '#infra/memory/journal.ts'
import type { Mapped } from '#shared/messages/record.ts'
import type { Offer } from '#shared/ports/intake.ts'
import type { Files } from '#shared/ports/sources.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { watchedFolder } from '#services/sources/folder.ts'
import type { Source } from '#services/sources/source.ts'

export const now = Date.parse('2026-05-04T10:00:00Z')
export const day = 86_400_000
/** How long a file that is gone is known as read. */
export const keepMs = 30 * day

export const activity = (n: number) =>
  `${JSON.stringify({ kind: 'task.started', id: `s-${n}`, time: '2026-05-04T09:00:00Z', task: `t-${n}`, agent: 'a' })}\n`
/** An intake that takes all, or says so many times that it is busy. */
export function intake({ busy = 0 } = {}) {
  const offers: Offer[] = []
  const journal = memoryJournal()
  return {
    offers,
    journal,
    activities: (): Mapped[] =>
      offers.flatMap(({ records }) => records.flatMap((r) => r.activities)),
    ids: (): string[] => offers.flatMap(({ records }) => records.map(({ record }) => record)),
    dead: () => offers.flatMap(({ dead = [] }) => dead),
    bookmark: (source: string) => journal.bookmark(source),
    offer(offer: Offer) {
      if (busy-- > 0) return Promise.resolve({ as: 'busy', retryAfterSeconds: 1 } as const)
      offers.push(offer)
      const { source, bookmark } = offer
      if (bookmark !== undefined) journal.append(new Uint8Array(), 0, { [source]: bookmark })
      return Promise.resolve({ as: 'logged' } as const)
    },
  }
}

export function watch(
  path: string,
  to: ReturnType<typeof intake>,
  told: string[] = [],
  disk: Files = files,
): Source {
  const scheduler = {
    now: () => now,
    elapsed: () => 0,
    soon: (work: () => void) => work(),
    later: (_ms: number, work: () => void) => {
      work()
      return () => undefined
    },
  }
  return watchedFolder(
    { name: 'trail', path, everyMs: 1000, accounts: new Map(), keepMs },
    {
      files: disk,
      intake: to,
      bookmarks: to.journal,
      scheduler,
      normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
      told: ({ dead }) => told.push(...dead.map(({ reason }) => reason)),
      lacks: () => undefined,
    },
  )
}
