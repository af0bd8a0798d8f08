import { everywhere, type Message } from '#shared/messages/hops.ts'
import type { Mapped } from '#shared/messages/record.ts'

/**
 * "These files hold everything that the account logged." Without a start, coverage begins with the account's earliest record:
 * what was issued before that, nobody here can know (SEMANTICS E1).
 */
export type Cover = {
  readonly account: string
  /** Regions that are covered; absent: all. Only all of them prove that an issue is missing. */
  readonly regions?: readonly string[]
  /** Epoch ms; absent: the earliest record of the account. */
  readonly from?: number
}

export type Coverage = {
  /** Notes the times of an account's records; order and repetition change nothing. */
  see(activities: readonly Mapped[]): void
  /** At the end of the files: what is known to be complete. */
  progress(): Message[]
}

export function coverageOf(covers: readonly Cover[]): Coverage {
  const earliest = new Map(covers.map(({ account }) => [account, Infinity]))
  return {
    see(activities) {
      if (earliest.size === 0) return
      for (const activity of activities) {
        if (activity.kind !== 'credential.used') continue
        const known = earliest.get(activity.account)
        if (known !== undefined && activity.at < known) earliest.set(activity.account, activity.at)
      }
    },
    progress: () =>
      covers
        .filter(({ regions }) => regions === undefined)
        .map(({ account, from }) => ({
          to: 'correlate',
          kind: 'progress',
          key: everywhere,
          progress: {
            kind: 'progress',
            source: 'files',
            scope: account,
            from: from ?? earliest.get(account) ?? Infinity,
            upTo: Infinity,
            within: 0,
          },
        })),
  }
}

/** `ACCOUNT`, `ACCOUNT:region,region`, each with an optional `@FROM` (RFC 3339); undefined if it is none. */
export function parseCover(text: string): Cover | undefined {
  const match = /^(\d{12})(?::([a-z0-9,-]+))?(?:@(.+))?$/.exec(text)
  if (!match?.[1]) return undefined
  const from = match[3] === undefined ? undefined : Date.parse(match[3])
  if (Number.isNaN(from)) return undefined
  return {
    account: match[1],
    ...(match[2] && { regions: match[2].split(',') }),
    ...(from !== undefined && { from }),
  }
}
