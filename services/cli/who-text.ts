import { levels } from '#shared/messages/holder.ts'
import type { Became } from '#services/who/became.ts'
import type { Minted } from '#services/who/minted.ts'
import type { Touched } from '#services/who/touched.ts'
import type { Answer } from '#services/who/who.ts'
import { styled, type Pen } from './styled.ts'
import { clock, levelWords, plural, principalWords } from './words.ts'

/** Lines of each part that the terminal shows; --json has them all. */
const shownMax = 50

/** The answer as trees: where it comes from, what it is, what it made, what it touched. */
export function whoText(answer: Answer, pen: Pen): string[] {
  const { kind, id, holder, became, madeBy, minted, cut, touched, canBecome } = answer
  const own = became.filter(({ relation }) => relation !== 'ancestor')
  return [
    pen(styled('strong', `${kind} ${id}`)),
    ...levels.map((level) =>
      pen(styled('faint', `  ${level.padEnd(6)}`), levelWords(holder[level])),
    ),
    ...part('Comes from', madeBy, (edge) => edgeText(edge, 0, pen), pen),
    ...part('Has become', own, (each) => becameText(each, pen), pen),
    ...mintedText(minted, pen),
    ...(cut ? [pen('  … the tree goes on beyond the bound')] : []),
    ...part('Touched', touched, (each) => [touchedText(each, pen)], pen),
    pen('Can become  ', canBecome),
  ]
}

function part<T>(
  title: string,
  list: readonly T[],
  lines: (each: T) => string[],
  pen: Pen,
): string[] {
  if (list.length === 0)
    return title === 'Has become' ? [pen(title, '  nothing: no call with it was read')] : []
  const rest = list.length - shownMax
  return [
    pen(styled('strong', title)),
    ...list.slice(0, shownMax).flatMap(lines),
    ...(rest > 0 ? [pen(`  … and ${rest.toLocaleString('en')} more: --json shows them all`)] : []),
  ]
}

function becameText({ session, key, uses, first, last, edge }: Became, pen: Pen): string[] {
  const when = first && last ? `${clock(first.at)} to ${clock(last.at)}` : 'never used'
  return [
    pen('  ', styled('strong', key || 'no key id'), `  ${session}`),
    pen(styled('faint', `    ${plural(uses, 'use')}, ${when}`)),
    ...(edge
      ? [pen(styled('faint', `    ${edge.rank}: ${edge.rule} · record ${edge.record}`))]
      : []),
  ]
}

/** The tree downwards: each made credential under the one that made it. */
function mintedText(minted: readonly Minted[], pen: Pen): string[] {
  const depths = new Map<string, number>()
  const nested = minted.map((edge) => {
    const depth = depths.get(edge.from) ?? 0
    if (!depths.has(edge.to)) depths.set(edge.to, depth + 1)
    return { edge, depth }
  })
  return part('Minted', inTreeOrder(nested), ({ edge, depth }) => edgeText(edge, depth, pen), pen)
}

type Nested = { readonly edge: Minted; readonly depth: number }

function inTreeOrder(nested: readonly Nested[]): Nested[] {
  const below = Map.groupBy(nested, ({ edge }) => edge.from)
  const placed = new Set<Nested>()
  const walk = (each: Nested): Nested[] => {
    if (placed.has(each)) return []
    placed.add(each)
    return [each, ...(below.get(each.edge.to) ?? []).flatMap(walk)]
  }
  return nested.flatMap(walk)
}

function edgeText(
  { from, to, principal, at, rank, rule, record }: Minted,
  depth: number,
  pen: Pen,
): string[] {
  const indent = ' '.repeat(2 + 3 * depth)
  return [
    pen(`${indent}${from} → `, styled('strong', to), `  ${principalWords(principal)}`),
    pen(styled('faint', `${indent}  ${clock(at)} · ${rank} · ${rule} · record ${record}`)),
  ]
}

function touchedText({ service, action, first, latest, outcomes }: Touched, pen: Pen): string {
  const bad = outcomes.filter((outcome) => outcome !== 'none')
  const ended =
    bad.length > 0 ? `  (${outcomes.includes('none') ? 'also ' : ''}${bad.join(', ')})` : ''
  const when =
    first.at === latest.at ? clock(first.at) : `${clock(first.at)} to ${clock(latest.at)}`
  return pen(`  ${service}:${action}${ended}  `, styled('faint', when))
}
