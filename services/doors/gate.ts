import type { Answer, Head } from '#shared/ports/http.ts'
import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'
import type { DoorBoard } from './board.ts'
import { charge, fullBucket, waitFor, type Bucket } from './bucket.ts'
import { isFromHere } from './here.ts'
import { sourceOf } from './tokens.ts'

/** What a source may send, unless its own row says otherwise. */
export type SourceLimits = {
  /** Items a second, over ten seconds; an item is a span, a log record, an activity or a request id in it. */
  readonly rate: number
}

export type GateOptions = {
  readonly store: SourceStore
  readonly limits: SourceLimits
  readonly board: DoorBoard
  /** Lets in from this machine who brings no token, as a source of this name that may speak for every agent. */
  readonly anonymous?: string
}

/** Let in: who it is, and what it costs him. */
export type Entered = { readonly source: SourceRow; readonly pay: (items: number) => void }

/** Not let in. */
export type Closed = {
  readonly status: 401 | 429
  readonly why: string
  readonly headers: Answer['headers']
}

export type Gate = {
  readonly enter: (head: Head) => Entered | Closed
  /** Lets the board know who is expected now. */
  readonly look: (now: number) => void
  /** Whether a header carries the token of some source. */
  readonly knows: (header: string | undefined, now: number) => boolean
  /** Requests that were turned away, by status, since the start. */
  readonly turnedAway: () => Readonly<Record<Closed['status'], number>>
}

/** Knows sources by their tokens and holds each to its rate. Keeps one bucket for each source that is declared. */
export function gate({ store, limits, board, anonymous }: GateOptions): Gate {
  const buckets = new Map<string, Bucket>()
  const turnedAway = { 401: 0, 429: 0 }
  let known: readonly SourceRow[] = []
  const nobody: SourceRow | undefined =
    anonymous === undefined ? undefined : { name: anonymous, agents: ['*'], hashes: [], created: 0 }
  const rowsAt = (now: number): readonly SourceRow[] => {
    const rows = store.all()
    if (rows === known) return rows
    known = rows
    for (const name of buckets.keys())
      if (!rows.some((row) => row.name === name) && name !== anonymous) buckets.delete(name)
    const expected = [...rows, ...(nobody ? [nobody] : [])]
    board.expect('tokens', new Map(expected.map(({ name, silence }) => [name, { silence }])), now)
    return rows
  }
  return {
    turnedAway: () => turnedAway,
    look: (now) => void rowsAt(now),
    knows: (header, now) => sourceOf(rowsAt(now), header) !== undefined,
    enter(head) {
      const { headers, received } = head
      const header = headers['authorization']
      const rows = rowsAt(received)
      // A token that is wrong is a mistake, also where none is needed.
      const isNobody = header === undefined && isFromHere(head)
      const source = (isNobody && nobody) || sourceOf(rows, header)
      if (!source) {
        turnedAway[401]++
        return header === undefined ? noToken : wrongToken
      }
      const rate = source.rate ?? limits.rate
      const bucket = buckets.get(source.name) ?? fullBucket(rate, received)
      buckets.set(source.name, bucket)
      const wait = waitFor(bucket, rate, received)
      if (wait === 0) return { source, pay: (items) => charge(bucket, items) }
      turnedAway[429]++
      return {
        status: 429,
        why: `this source may send ${rate} items a second; try again in ${wait} s`,
        headers: { 'retry-after': String(wait) },
      }
    },
  }
}

const realm = { 'www-authenticate': 'Bearer realm="keytrail"' }

const noToken: Closed = {
  status: 401,
  why: 'no token: send "Authorization: Bearer …"; keytrail sources add NAME makes one',
  headers: realm,
}

const wrongToken: Closed = {
  status: 401,
  why: 'no source has this token; keytrail sources list shows those that there are',
  headers: { 'www-authenticate': 'Bearer realm="keytrail", error="invalid_token"' },
}
