import type { Minted } from '#services/who/minted.ts'
import { styled, type Pen } from './styled.ts'
import { clock, principalWords } from './words.ts'

/** An edge and how far below the roots of its tree it hangs. */
export type Nested = { readonly edge: Minted; readonly depth: number }

/** Edges in the order of a drawn tree: each made credential right under the one that made it. */
export function nestedUnder(edges: readonly Minted[]): Nested[] {
  const below = Map.groupBy(edges, ({ from }) => from)
  const made = new Set(edges.map(({ to }) => to))
  const placed = new Set<Minted>()
  const walk = (edge: Minted, depth: number): Nested[] => {
    if (placed.has(edge)) return []
    placed.add(edge)
    const children = below.get(edge.to) ?? []
    return [{ edge, depth }, ...children.flatMap((child) => walk(child, depth + 1))]
  }
  const roots = edges.filter(({ from }) => !made.has(from))
  return [...roots, ...edges].flatMap((edge) => walk(edge, 0))
}

export function edgeText(
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
