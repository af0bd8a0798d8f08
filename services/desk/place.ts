import { handleFor, type Case, type CaseKey } from '#shared/messages/desk.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { DeskRows } from '#shared/ports/desk.ts'

/** An incident as its lease root tells it now. */
export type Story = { readonly root: string; readonly incident: Incident }

/** A story and the handle that is its own. */
export type Placed = {
  readonly story: Story
  readonly handle: string
  /** The finding that the handle is first raised for. */
  readonly founding: string
  /** The case so far; undefined if the handle is new. */
  readonly before: Case | undefined
  /** Keys that no incident had before. */
  readonly fresh: readonly string[]
  /** Handles that some of its findings had before, without its own. */
  readonly from: readonly string[]
}

export type Placement = {
  readonly placed: readonly Placed[]
  /** Cases that are now part of another: handle → handle. */
  readonly merged: ReadonlyMap<string, string>
  /** Cases of which nothing stands. */
  readonly gone: readonly Case[]
  /** Rows of keys that changed. */
  readonly keys: readonly CaseKey[]
  /** The first number that was not given. */
  readonly next: number
}

/** Where a key stands: the number of a story that was told, or `elsewhere` in one that was not. */
type Where = (row: CaseKey) => number | 'elsewhere' | undefined

/**
 * Which handle each story has (SEMANTICS D3). Handles belong to findings: from the oldest to the youngest, each goes to the
 * story that holds the finding it was first raised for, or else the earliest of its findings that stands. Where two meet in
 * one story the older one stays, and the other one is part of it unless something of it stands apart; where a story falls
 * apart, the part without the handle gets one of its own. `told` are the lease roots that spoke: what stood there and is in
 * none of their stories is gone.
 */
export function place(
  rows: DeskRows,
  stories: readonly Story[],
  told: ReadonlySet<string>,
  caseOf: (handle: string) => Case | undefined,
): Placement {
  const storyOf = new Map(
    stories.flatMap(({ incident }, i) => incident.findings.map(({ key }) => [key, i] as const)),
  )
  const where: Where = ({ key, root }) =>
    storyOf.get(key) ?? (root !== '' && !told.has(root) ? 'elsewhere' : undefined)
  const { owners, merged, gone, standing } = claims(rows, where)
  const known = new Map(rows.keys.map((row) => [row.key, row]))
  const spoken = new Set(rows.cases.map(({ handle }) => handle))
  // A case of which this commit says nothing stands where it stood.
  const isTaken: IsTaken = (handle, before) =>
    standing.has(handle) || (before?.stands === true && !spoken.has(handle))
  const placed = stories.map((story, i) => {
    const named = owners.get(i) ?? newName(story, known, isTaken, caseOf)
    standing.add(named.handle)
    return placedAs(story, named, known)
  })
  return { placed, merged, gone, ...keysAfter(rows, placed, known, where) }
}

type Named = {
  readonly handle: string
  readonly founding: string
  readonly before: Case | undefined
}

/** Does something stand under this handle, after this commit? `before`: the case that has it. */
type IsTaken = (handle: string, before: Case | undefined) => boolean

function claims(rows: DeskRows, where: Where) {
  const owners = new Map<number, Named>()
  const merged = new Map<string, string>()
  const gone: Case[] = []
  const standing = new Set<string>()
  const byHandle = Map.groupBy(
    rows.keys.toSorted((a, b) => a.seq - b.seq),
    ({ handle }) => handle,
  )
  for (const each of rows.cases.toSorted((a, b) => a.order - b.order)) {
    const { handle, founding } = each
    const places = (byHandle.get(handle) ?? []).flatMap((row) => where(row) ?? [])
    const free = places.find((at) => at === 'elsewhere' || !owners.has(at))
    const [first] = places
    if (free !== undefined) standing.add(handle)
    if (typeof free === 'number') owners.set(free, { handle, founding, before: each })
    else if (typeof first === 'number' && free === undefined)
      merged.set(handle, owners.get(first)?.handle ?? '')
    else if (first === undefined) gone.push(each)
  }
  return { owners, merged, gone, standing }
}

/** Named for its earliest finding; a handle that once was raised for the same finding and is free is taken up again. */
function newName(
  { incident }: Story,
  known: ReadonlyMap<string, CaseKey>,
  isTaken: IsTaken,
  caseOf: (handle: string) => Case | undefined,
): Named {
  const [earliest] = incident.findings
    .flatMap(({ key }) => known.get(key) ?? [])
    .toSorted((a, b) => a.seq - b.seq)
  const founding = earliest?.key ?? incident.findings[0]?.key ?? ''
  // Two findings may have one hash: the second is named after its hash with a number behind it.
  for (let n = 0; ; n++) {
    const handle = handleFor(n === 0 ? founding : `${founding}\n${n}`)
    const before = caseOf(handle)
    const isOurs = !before || before.founding === founding
    if (isOurs && !isTaken(handle, before)) return { handle, founding, before }
  }
}

function placedAs(story: Story, named: Named, known: ReadonlyMap<string, CaseKey>): Placed {
  const rows = story.incident.findings.map(({ key }) => ({ key, row: known.get(key) }))
  const from = new Set(rows.flatMap(({ row }) => row?.handle ?? []))
  from.delete(named.handle)
  return {
    ...named,
    story,
    fresh: rows.flatMap(({ key, row }) => (row ? [] : [key])),
    from: [...from].toSorted(),
  }
}

function keysAfter(
  rows: DeskRows,
  placed: readonly Placed[],
  known: ReadonlyMap<string, CaseKey>,
  where: Where,
): Pick<Placement, 'keys' | 'next'> {
  let { next } = rows
  const here = placed.flatMap(({ story, handle }) =>
    story.incident.findings.map(({ key }): CaseKey => ({
      key,
      handle,
      seq: known.get(key)?.seq ?? next++,
      root: story.root,
    })),
  )
  const lost = rows.keys
    .filter((row) => row.root !== '' && where(row) === undefined)
    .map((row): CaseKey => ({ ...row, root: '' }))
  const keys = [...here, ...lost].filter((row) => {
    const before = known.get(row.key)
    return before?.handle !== row.handle || before.root !== row.root
  })
  return { keys, next }
}
