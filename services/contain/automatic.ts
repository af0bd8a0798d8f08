import { orderListMax, type Option } from '#shared/messages/containment.ts'
import type { Finding } from '#shared/messages/finding.ts'
import type { Holder } from '#shared/messages/holder.ts'
import type { Seen, TreeNode } from '#shared/messages/tree.ts'
import { modeOf, type ContainPolicy } from './policy.ts'

/**
 * Why no machine may carry an option out; empty if it may. A report that anybody can forge must never cut anybody: each
 * compromised credential needs a finding of its own, or above it, that its detection and the settings let act, and whoever
 * holds it must be known well, or not at all (DESIGN §3.6).
 */
export function automaticOf(
  {
    number,
    cuts,
    sufficient,
    collateralCount,
  }: Pick<Option, 'number' | 'cuts' | 'sufficient' | 'collateralCount'>,
  { incident, tree }: Seen,
  policy: ContainPolicy,
): string[] {
  const why: string[] = []
  if (number > 1) why.push('it cuts what nothing is proven of')
  if (!sufficient) why.push('it does not suffice')
  if (cuts.length === 0) why.push('there is nothing to cut')
  if (collateralCount > 0) why.push(`${collateralCount} that are not compromised would be hurt`)
  if (cuts.length > orderListMax) why.push('it is too large')
  const findings = new Map(incident.findings.map((finding) => [finding.key, finding]))
  const cleared = new Set<string>()
  for (const node of tree.members) {
    const reason = reasonAgainst(node, findings, cleared, policy)
    if (reason === '') cleared.add(node.credential).add(node.principal)
    else why.push(reason)
  }
  return [...new Set(why)].toSorted()
}

function reasonAgainst(
  node: TreeNode,
  findings: ReadonlyMap<string, Finding>,
  cleared: ReadonlySet<string>,
  policy: ContainPolicy,
): string {
  const name = node.credential || node.principal
  const weak = weakLevel(node.holder)
  if (weak !== '') return `who holds ${name} is ${weak}`
  if (node.findings.length === 0)
    return node.from !== '' && cleared.has(node.from)
      ? ''
      : `what made ${name} is not proven enough`
  const own = node.findings.flatMap((key) => findings.get(key) ?? [])
  if (own.some((finding) => mayAct(finding, policy))) return ''
  const never = own.find(({ never: kind }) => kind === 'auto')
  return never
    ? `${never.detection} rests on an inference or a claim`
    : `the mode of ${own[0]?.detection ?? 'its finding'} is not auto`
}

const mayAct = ({ detection, never, holder }: Finding, policy: ContainPolicy): boolean =>
  modeOf(policy, detection) === 'auto' && never === undefined && weakLevel(holder) === ''

/** The human behind is no matter: he is told, not cut. */
function weakLevel({ agent, task }: Holder): string {
  for (const { rank } of [agent, task])
    if (rank === 'ambiguous' || rank === 'claimed' || rank === 'inferred') return rank
  return ''
}
