import { levels, type PathNode } from '#shared/messages/holder.ts'
import type { Finding } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Minted } from '#services/who/minted.ts'
import { shapes, styled, type Pen } from './styled.ts'
import { nestedUnder } from './tree-text.ts'
import { clock, levelWords, nodeWords, plural, principalWords } from './words.ts'

/** Findings and record ids that the terminal shows; --json has them all. */
const findingsMax = 20
const idsMax = 3
const mintedMax = 12

/** One incident as a person reads it at night: what, who, how it came there, when, and what is not known. */
export function incidentText(
  incident: Incident,
  chain: readonly PathNode[],
  minted: readonly Minted[],
  pen: Pen,
): string[] {
  const { severity, title, id, subject, first, last } = incident
  return [
    pen(
      styled(severity, `${shapes[severity]} ${severity.toUpperCase()}`),
      '  ',
      styled('strong', title),
    ),
    pen(styled('faint', `  ${id} · ${subject} · ${span(first.at, last.at)}`)),
    '',
    ...chainText(incident, chain, pen),
    ...mintedText(minted, chain.length, pen),
    '',
    ...timeline(incident.findings, pen),
    ...unknowns(incident, pen),
    '',
  ]
}

const span = (first: number, last: number): string =>
  first === last ? `${clock(first)} UTC` : `${clock(first)} to ${clock(last)} UTC`

/** Human, agent and task, then each credential under the one that it was issued from. */
function chainText({ holder }: Incident, chain: readonly PathNode[], pen: Pen): string[] {
  const people = levels.map((level) =>
    pen(styled('faint', `  ${level.padEnd(6)}`), levelWords(holder[level])),
  )
  return [...people, ...chain.flatMap((node, depth) => nodeText(node, depth, pen))]
}

function nodeText(node: PathNode, depth: number, pen: Pen): string[] {
  const indent = ' '.repeat(2 + 3 * depth)
  const { edge } = node
  if (!edge) return [pen(indent, depth === 0 ? '' : '└─ ', styled('strong', nodeWords(node)))]
  return [
    pen(indent, '└─ ', styled('strong', nodeWords(node))),
    pen(
      styled(
        'faint',
        `${indent}   ${clock(edge.at)} · ${edge.rank} · ${edge.rule} · record ${edge.record}`,
      ),
    ),
  ]
}

/** What was made with the last credential of the chain, as far as it went. */
function mintedText(minted: readonly Minted[], chainDepth: number, pen: Pen): string[] {
  const shown = nestedUnder(minted).slice(0, mintedMax)
  const rest = minted.length - shown.length
  return [
    ...shown.flatMap(({ edge: { to, principal, at, rank, rule, record }, depth }) => {
      const indent = ' '.repeat(2 + 3 * (chainDepth + depth))
      return [
        pen(`${indent}└─ `, styled('strong', to), `  ${principalWords(principal)}`),
        pen(styled('faint', `${indent}   ${clock(at)} · ${rank} · ${rule} · record ${record}`)),
      ]
    }),
    ...(rest > 0 ? [pen(`  … and ${plural(rest, 'credential')} more: --json shows them all`)] : []),
  ]
}

function timeline(findings: readonly Finding[], pen: Pen): string[] {
  const shown = findings.slice(0, findingsMax).flatMap((finding) => findingText(finding, pen))
  const rest = findings.length - findingsMax
  return rest > 0
    ? [...shown, pen(`  … and ${plural(rest, 'finding')} more: --json shows them all`)]
    : shown
}

export function findingText(finding: Finding, pen: Pen): string[] {
  const { first, last, severity, detection, says, principal, count, evidence } = finding
  const until = last.at === first.at ? '' : ` … ${clock(last.at).slice(11)}`
  const ids = evidence.slice(0, idsMax).map(({ id }) => id)
  const more = count > ids.length ? `, … (${plural(count, 'record')})` : ''
  return [
    pen(`  ${clock(first.at)}${until}  `, styled(severity, `${shapes[severity]} ${detection}`)),
    pen(`    ${principalWords(principal)} ${says}`),
    pen(styled('faint', `    evidence ${ids.join(', ')}${more}`)),
  ]
}

function unknowns({ unknown }: Incident, pen: Pen): string[] {
  if (unknown.length === 0) return []
  return [pen('  Not known'), ...unknown.map((text) => pen(`    ? ${text}`))]
}
