import { compareMarks } from '#shared/facts/mark.ts'
import type { Edge } from '#shared/messages/holder.ts'
import type { DeedFact } from '#shared/messages/session-facts.ts'
import { credsWith } from '#services/correlate/creds.ts'
import type { Cred } from '#services/correlate/cred.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import type { Asked, Known } from './find.ts'

/** One credential made another one: by an issue of STS, or by a grant (a key or password for a user). */
export type Minted = Edge & {
  /** Key id that asked; the session's id where the record has none. */
  readonly from: string
  /** Key id that was made; `password:<principal>` for a password. */
  readonly to: string
  readonly kind: 'issue' | 'grant'
  /** Principal that acts with what was made. */
  readonly principal: string
}

/** More than any tree that a person reads; what is beyond is left out, and the answer says so. */
const mintedMax = 10_000

export type Mint = { readonly minted: readonly Minted[]; readonly cut: boolean }

/** Credentials that show a key id: one, unless principals share it. */
export type Lookup = (key: string) => readonly Cred[]

export const lookupIn =
  (states: readonly CorrelateState[]): Lookup =>
  (key) =>
    states.flatMap((state) => credsWith(state, key))

/** What was minted from these credentials, to any depth: issues and grants, parents before children, earliest first. */
export function mintedFrom(lookup: Lookup, own: readonly Cred[]): Mint {
  const seen = new Set<string>()
  const minted: Minted[] = []
  let level = own
  while (level.length > 0 && minted.length < mintedMax) {
    const edges = level.flatMap(edgesOf).filter((edge) => fresh(seen, edge))
    minted.push(...edges)
    level = edges.flatMap(({ to, principal, kind }) =>
      // An issue promises its child's principal too; a key made for a user needs no more than its id.
      lookup(to).filter(({ session }) => kind === 'grant' || session.principal === principal),
    )
  }
  return { minted: minted.slice(0, mintedMax), cut: minted.length > mintedMax }
}

function fresh(seen: Set<string>, { from, to, record }: Minted): boolean {
  const name = `${from}\n${to}\n${record}`
  if (seen.has(name)) return false
  seen.add(name)
  return true
}

/** Credentials by key id. */
export function indexOf(all: readonly Known[]): Map<string, Known[]> {
  const found = new Map<string, Known[]>()
  for (const known of all) {
    const { key } = known.cred
    if (key === '') continue
    const list = found.get(key)
    if (list) list.push(known)
    else found.set(key, [known])
  }
  return found
}

/** Everything that one credential made by itself. */
function edgesOf(cred: Cred): Minted[] {
  const from = cred.key || cred.session.id
  const issues = [...(cred.rich?.children?.entries ?? [])].map(
    ([to, { id, at, principal, call }]): Minted => ({
      from,
      to,
      record: id,
      at,
      rank: 'exact',
      rule: `${call}: the record names the new key`,
      kind: 'issue',
      principal,
    }),
  )
  const deeds = cred.session.rich?.deeds
  const grants = [
    ...(deeds?.get('key-created')?.items ?? []),
    ...(deeds?.get('password-set')?.items ?? []),
  ]
    .filter(({ key, outcome }) => key === cred.key && outcome === 'done')
    .flatMap((deed) => grantOf(from, deed))
  return [...issues, ...grants].toSorted((a, b) =>
    compareMarks({ at: a.at, id: a.record }, { at: b.at, id: b.record }),
  )
}

function grantOf(
  from: string,
  { id, at, made, deed, target, account, action }: DeedFact,
): Minted[] {
  const principal = `${account}/${target}`
  const to = deed === 'password-set' ? `password:${principal}` : (made ?? '')
  if (to === '') return []
  return [
    {
      from,
      to,
      record: id,
      at,
      rank: 'exact',
      rule: `grant: ${action} for ${target}`,
      kind: 'grant',
      principal,
    },
  ]
}

/** Who made the subject's own credentials, and who made those: the way up, the highest first. */
export function makersOf(all: readonly Known[], { kind, id, own }: Asked): Minted[] {
  if (kind === 'agent' || kind === 'task') return []
  const byMade = makers(all)
  const chosen = chosenIssues(all)
  // Of two copies of one issue the other account's is no maker of its own (SEMANTICS B6).
  const made = (key: string): Minted[] =>
    (byMade.get(key) ?? []).filter(
      ({ kind, record }) => kind === 'grant' || (chosen.get(key)?.has(record) ?? true),
    )
  const byOthers = own.filter(({ cred }) => !byMade.has(cred.key)).flatMap(issuedByOthers)
  const seen = new Set<string>()
  const up: Minted[] = []
  let level = own.length > 0 ? own.map(({ cred }) => cred.key) : [id]
  while (level.length > 0) {
    const fresh = [...new Set(level)].filter((key) => key !== '' && !seen.has(key))
    for (const key of fresh) seen.add(key)
    const edges = fresh.flatMap(made)
    up.unshift(...edges)
    level = edges.map(({ from }) => from)
  }
  return [...byOthers, ...up]
}

/** Issue records that count, by the key that they made; a key without one is not restricted. */
function chosenIssues(all: readonly Known[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { cred, view } of all) {
    if (!view.issue) continue
    const ids = found.get(cred.key)
    if (ids) ids.add(view.issue.id)
    else found.set(cred.key, new Set([view.issue.id]))
  }
  return found
}

/** An issue that no session of ours asked for: AWS services, identity providers and other accounts have no key to show. */
function issuedByOthers({ cred, view: { issue } }: Known): Minted[] {
  if (!issue) return []
  return [
    {
      from: issue.parentKey || issue.parent,
      to: cred.key,
      record: issue.id,
      at: issue.at,
      rank: 'exact',
      rule: `${issue.issue.call}: the record names the new key`,
      kind: 'issue',
      principal: cred.session.principal,
    },
  ]
}

function makers(all: readonly Known[]): Map<string, Minted[]> {
  const found = new Map<string, Minted[]>()
  for (const edge of all.flatMap(({ cred }) => edgesOf(cred))) {
    const list = found.get(edge.to)
    if (list) list.push(edge)
    else found.set(edge.to, [edge])
  }
  return found
}
