import { createHash } from 'node:crypto'
import type { AuditDraft, AuditEntry, Head } from '#shared/messages/containment.ts'
import { canonicalise } from './canonical.ts'

/** Before the first entry. */
export const emptyHead: Head = { seq: 0, hash: '' }

/** An entry as it is stored: its canonical JSON (RFC 8785) and the hash that covers it and everything before it. */
export type Link = { readonly seq: number; readonly body: string; readonly hash: string }

const hashOf = (before: string, body: string): string =>
  createHash('sha256').update(`${before}\n${body}`).digest('hex')

/** The next link of a chain that ends in `head`. */
export function linkTo(head: Head, draft: AuditDraft): Link {
  const seq = head.seq + 1
  const entry: AuditEntry = { ...draft, seq }
  const body = canonicalise(entry)
  return { seq, body, hash: hashOf(head.hash, body) }
}

/** The first link that is not as it was written, and how; or where the whole chain ends. */
export type ChainCheck =
  | { readonly intact: true; readonly head: Head; readonly at: number }
  | { readonly intact: false; readonly seq: number; readonly says: string }

/**
 * Goes through a chain from its first link.
 *
 * @param kept ends of the chain that were noted before, also outside: each must still be in it
 */
export function checkChain(links: Iterable<Link>, kept: readonly Head[] = []): ChainCheck {
  const anchors = Map.groupBy(
    kept.filter(({ seq }) => seq > 0),
    ({ seq }) => seq,
  )
  let head = emptyHead
  let at = 0
  for (const link of links) {
    const wrong = wrongWith(link, head)
    if (wrong !== '') return { intact: false, seq: link.seq, says: wrong }
    head = { seq: link.seq, hash: link.hash }
    at = timeOf(link.body)
    if ((anchors.get(link.seq) ?? []).some(({ hash }) => hash !== link.hash))
      return {
        intact: false,
        seq: link.seq,
        says: `entry ${link.seq} has another hash than the head that was kept of it: the chain was written anew`,
      }
  }
  const beyond = [...anchors.keys()].filter((seq) => seq > head.seq).toSorted((a, b) => b - a)[0]
  if (beyond !== undefined)
    return {
      intact: false,
      seq: head.seq + 1,
      says: `the chain ends at entry ${head.seq}, but entry ${beyond} was written: its end was cut off`,
    }
  return { intact: true, head, at }
}

function wrongWith({ seq, body, hash }: Link, head: Head): string {
  if (seq !== head.seq + 1)
    return `entry ${head.seq + 1} is missing, or entries changed places: ${seq} follows ${head.seq}`
  if (hash !== hashOf(head.hash, body))
    return `entry ${seq} was changed: its hash does not fit what it says`
  if (entryOf(body)?.seq !== seq)
    return `entry ${seq} says of itself that it is ${String(entryOf(body)?.seq)}`
  return ''
}

/** The entry in a link; undefined if the text is none. */
export function entryOf(body: string): AuditEntry | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? (parsed as AuditEntry) : undefined
  } catch {
    return undefined
  }
}

const timeOf = (body: string): number => entryOf(body)?.at ?? 0
