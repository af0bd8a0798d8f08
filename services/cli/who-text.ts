import { levels } from '#shared/messages/holder.ts'
import type { Became } from '#services/who/became.ts'
import type { Touched } from '#services/who/touched.ts'
import type { Answer } from '#services/who/who.ts'
import { styled, type Pen } from './styled.ts'
import { edgeText, nestedUnder } from './tree-text.ts'
import { clock, levelWords, plural } from './words.ts'

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
    ...part('Minted', nestedUnder(minted), ({ edge, depth }) => edgeText(edge, depth, pen), pen),
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

function touchedText({ service, action, first, latest, outcomes }: Touched, pen: Pen): string {
  const bad = outcomes.filter((outcome) => outcome !== 'none')
  const ended =
    bad.length > 0 ? `  (${outcomes.includes('none') ? 'also ' : ''}${bad.join(', ')})` : ''
  const when =
    first.at === latest.at ? clock(first.at) : `${clock(first.at)} to ${clock(latest.at)}`
  return pen(`  ${service}:${action}${ended}  `, styled('faint', when))
}
