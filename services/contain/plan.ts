import { createHash } from 'node:crypto'
import { canonicalise } from '#shared/facts/canonical.ts'
import {
  orderListMax,
  type Collateral,
  type Member,
  type Option,
  type Plan,
  type PlannedCut,
} from '#shared/messages/containment.ts'
import type { Holder } from '#shared/messages/holder.ts'
import type { Seen, Tree, TreeNode } from '#shared/messages/tree.ts'
import { automaticOf } from './automatic.ts'
import { cutInWords, isHit, isLive, wayTo } from './cuts.ts'
import { forbids, furthest, type ContainPolicy, type Ours } from './policy.ts'

export type Around = { readonly policy: ContainPolicy; readonly ours: Ours; readonly at: number }

/** What could be done about an incident: the smallest cut that suffices, and the next larger one (DESIGN §3.4). */
export function planOf(seen: Seen, around: Around): Plan {
  const { incident, tree } = seen
  const { policy, at } = around
  const smallest = optionOf(
    1,
    'the compromised credentials and all that was minted from them',
    seen,
    around,
    tree.members,
  )
  const larger =
    tree.beyond.length === 0
      ? []
      : [
          optionOf(2, 'also what made them, and all that it minted', seen, around, [
            ...tree.beyond,
            ...tree.members,
          ]),
        ]
  return {
    incident: incident.id,
    title: incident.title,
    severity: incident.severity,
    at,
    mode: furthest(policy, incident.findings),
    members: tree.members.slice(0, orderListMax).map((node) => memberOf(node, at)),
    options: [smallest, ...larger],
  }
}

function memberOf(node: TreeNode, at: number): Member {
  const way = wayTo(node)
  const live = isLive(node, at)
  return {
    credential: node.credential,
    principal: node.principal,
    holder: holderInWords(node.holder),
    findings: node.findings,
    from: node.from,
    unit: live && 'unit' in way ? way.unit : '',
    note: !live ? 'expired' : 'note' in way ? way.note : '',
  }
}

function optionOf(
  number: number,
  title: string,
  seen: Seen,
  around: Around,
  nodes: readonly TreeNode[],
): Option {
  const { tree } = seen
  const live = nodes.filter((node) => isLive(node, around.at))
  const cuts = cutsOf(live, around)
  const lacks = lacksOf(live, cuts, tree)
  const notProven = notProvenOf(number, tree)
  const hurt = collateralOf(cuts, number, tree, around.at)
  const option = {
    number,
    title,
    cuts,
    sufficient: lacks.length === 0,
    lacks,
    notProven,
    collateral: hurt.slice(0, orderListMax),
    collateralCount: hurt.length,
  }
  return {
    ...option,
    notAutomatic: automaticOf(option, seen, around.policy),
    hash: hashOf(seen.incident.id, option, hurt),
  }
}

/** One cut for each unit, sorted; what several members share is cut once. */
function cutsOf(live: readonly TreeNode[], { policy, ours }: Around): PlannedCut[] {
  const found = new Map<string, PlannedCut>()
  for (const node of live) {
    const way = wayTo(node)
    if (!('unit' in way)) continue
    const before = found.get(way.unit)
    found.set(way.unit, {
      unit: way.unit,
      cut: way.cut,
      stops: sorted([...(before?.stops ?? []), node.credential].filter((key) => key !== '')),
      refused: sorted([...(before?.refused ?? []), ...node.refused]),
      forbidden: before?.forbidden ?? forbids(policy, way.cut, ours),
    })
  }
  return [...found.values()].toSorted((a, b) => (a.unit < b.unit ? -1 : 1))
}

function lacksOf(live: readonly TreeNode[], cuts: readonly PlannedCut[], tree: Tree): string[] {
  const notes = live.flatMap((node) => {
    const way = wayTo(node)
    return 'note' in way ? [way.note] : []
  })
  const barred = cuts.flatMap(({ cut, forbidden }) =>
    forbidden === '' ? [] : [`not possible: ${cutInWords(cut)} (${forbidden})`],
  )
  const unseen = tree.cut ? ['it minted more than can be shown'] : []
  return sorted([...notes, ...barred, ...unseen])
}

function notProvenOf(number: number, { members, beyond }: Tree): string[] {
  const inside = new Set(members.flatMap(({ credential, principal }) => [credential, principal]))
  const known = new Set(beyond.flatMap(({ credential, principal }) => [credential, principal]))
  return sorted(
    members.flatMap(({ from, credential, principal }) => {
      if (from === '' || inside.has(from)) return []
      if (number > 1 && known.has(from)) return []
      return [
        `parent not proven clean: ${from} made ${credential || principal} and could make another`,
      ]
    }),
  )
}

function collateralOf(
  cuts: readonly PlannedCut[],
  number: number,
  tree: Tree,
  at: number,
): Collateral[] {
  const others = tree.others.filter(({ task, ...other }) => task !== '' || isLive(other, at))
  const hit = cuts.flatMap(({ unit, cut }) =>
    others
      .filter((other) => isHit(unit, cut, other))
      .map((other) => ({
        unit,
        credential: other.credential,
        principal: other.principal,
        holder: other.task === '' ? holderInWords(other.holder) : `task ${other.task}`,
        last: other.last,
      })),
  )
  if (number === 1) return hit
  // Nothing is known against what made them: whoever holds it is hurt as well.
  const clean = tree.beyond
    .filter((node) => isLive(node, at))
    .flatMap((node) => {
      const way = wayTo(node)
      if (!('unit' in way)) return []
      const { credential, principal, holder, last } = node
      return [{ unit: way.unit, credential, principal, holder: holderInWords(holder), last }]
    })
  return [...clean, ...hit]
}

/** What a person approves. Two plans of one hash do the same to the same. */
function hashOf(
  incident: string,
  { cuts, number }: Pick<Option, 'cuts' | 'number'>,
  hurt: readonly Collateral[],
): string {
  const meant = {
    incident,
    number,
    cuts: cuts.map(({ unit, stops, forbidden }) => ({ unit, stops, forbidden })),
    hurt: sorted(
      hurt.map(
        ({ unit, credential, principal, holder }) => `${unit}|${principal}|${credential}|${holder}`,
      ),
    ),
  }
  return createHash('sha256').update(canonicalise(meant)).digest('hex')
}

function holderInWords({ agent, task, human }: Holder): string {
  const named = [
    ['task', task],
    ['agent', agent],
    ['human', human],
  ] as const
  const [level, best] = named.find(([, { rank }]) => rank !== 'none') ?? []
  if (!best) return ''
  const who = best.id ?? best.candidates.join(' or ')
  return `${level} ${who} (${best.rank})`
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()
