import {
  orderListMax,
  unsent,
  type Option,
  type Order,
  type Plan,
  type PlannedCut,
} from '#shared/messages/containment.ts'
import { cutInWords } from './cuts.ts'
import { keep, move, open, self, type Ledger } from './ledger.ts'
import type { ContainPolicy } from './policy.ts'

/** Orders of one unit, by episode. */
const episodesOf = ({ store }: Ledger, unit: string): readonly Order[] => store.orders({ unit })

/**
 * The order for a cut, made or found: its key is (action, unit, episode), so whatever comes again, or is learnt of its
 * holder, finds the same one (SEMANTICS D4).
 *
 * @returns undefined where a person undid it and no finding is new
 */
export function orderFor(
  ledger: Ledger,
  plan: Plan,
  option: Option,
  planned: PlannedCut,
  policy: ContainPolicy,
  asked?: { readonly by: string },
): Order | undefined {
  const episodes = episodesOf(ledger, planned.unit)
  const last = episodes.at(-1)
  const findings = findingsFor(plan, planned)
  const known = new Set(episodes.flatMap((order) => order.findings))
  const isNew = findings.some((key) => !known.has(key))
  if (!last || last.state === 'undone') {
    if (last && !isNew && !asked) return undefined
    return open(ledger, fresh(ledger, plan, option, planned, policy, (last?.episode ?? 0) + 1), {
      who: asked?.by ?? self,
      why: `${plan.incident}: ${plan.title}`,
      detail: { cut: planned.cut, stops: planned.stops, option: option.hash },
      ...(!asked && { says: `proposed: ${cutInWords(planned.cut)}` }),
    })
  }
  const isBack = last.incidents.length === 0
  const again = isNew || (last.state === 'expired' && isBack)
  const patch = widened(last, plan, option, planned, findings)
  const reason = { who: self, why: `${plan.incident} wants it` }
  if (!again) return wanted(ledger, last, reason, patch)
  const says = `proposed again: ${cutInWords(planned.cut)}`
  const moved = move(
    ledger,
    last,
    'propose',
    { ...reason, says },
    {
      ...patch,
      ...(last.state === 'rejected' || last.state === 'expired'
        ? { expires: ledger.at + policy.approvalMs, by: '' }
        : {}),
    },
  )
  return confirmed(ledger, moved)
}

function wanted(
  ledger: Ledger,
  order: Order,
  reason: { readonly who: string; readonly why: string },
  patch: Partial<Order>,
): Order {
  return confirmed(ledger, move(ledger, order, 'want', reason, patch))
}

/** What was verified before nobody wanted it is verified still. */
function confirmed(ledger: Ledger, order: Order): Order {
  if (order.state !== 'applied' || !order.verified) return order
  return move(ledger, order, order.verified.on, { who: self, why: 'verified before' })
}

/** What an incident no longer stands for: a proposal goes, a cut stays until a person undoes it (DESIGN §3.7). */
export function unwanted(ledger: Ledger, incident: string, standing: Plan | undefined): void {
  const units = new Set(standing?.options.flatMap(({ cuts }) => cuts.map(({ unit }) => unit)))
  const findings = new Set(standing?.members.flatMap((member) => member.findings))
  for (const order of ledger.store.orders({ incident })) {
    if (units.has(order.unit)) continue
    if (standing && order.findings.some((key) => findings.has(key)) && order.state !== 'planned')
      continue
    release(ledger, order, incident)
  }
}

function release(ledger: Ledger, order: Order, incident: string): void {
  const incidents = order.incidents.filter((handle) => handle !== incident)
  const isHeldAlready = order.state === 'approved' && order.prior !== null
  if (incidents.length > 0 || isHeldAlready) {
    keep(ledger, order, { incidents })
    return
  }
  const reason = { who: self, why: `${incident} does not want it any more` }
  const isCut = order.state === 'applied' || order.state === 'verified'
  const says = `its evidence is withdrawn, but the cut stays: keytrail contain undo ${order.key}`
  const moved = move(ledger, order, 'withdraw', reason)
  if (isCut) ledger.tell({ incidents: [incident], says, by: self, at: ledger.at })
  keep(ledger, moved, { incidents })
}

function fresh(
  { at }: Ledger,
  plan: Plan,
  option: Option,
  planned: PlannedCut,
  policy: ContainPolicy,
  episode: number,
): Order {
  return {
    key: `${planned.cut.kind}/${planned.unit}/${episode}`,
    unit: planned.unit,
    episode,
    cut: planned.cut,
    state: 'planned',
    incidents: [plan.incident],
    findings: findingsFor(plan, planned),
    keys: planned.stops.slice(0, orderListMax),
    refused: planned.refused.slice(0, orderListMax),
    collateral: collateralOf(option, planned),
    option: option.hash,
    by: '',
    expires: at + policy.approvalMs,
    ...unsent,
  }
}

/** Before it is sent, what it was refused may still be learnt; later refusals are its own work. */
function widened(
  order: Order,
  plan: Plan,
  option: Option,
  planned: PlannedCut,
  findings: readonly string[],
): Partial<Order> {
  return {
    incidents: merged(order.incidents, [plan.incident]),
    findings: merged(order.findings, findings),
    keys: merged(order.keys, planned.stops),
    ...(order.sentAt === 0 && { refused: merged(order.refused, planned.refused) }),
    ...(order.state === 'planned' && {
      collateral: collateralOf(option, planned),
      option: option.hash,
    }),
  }
}

export const collateralOf = ({ collateral }: Option, { unit }: PlannedCut): number =>
  collateral.filter((each) => each.unit === unit).length

/** Findings on what a cut stops, and on what that was minted from; for a larger cut, all. */
function findingsFor({ members }: Plan, { unit }: PlannedCut): readonly string[] {
  const found = new Set<string>()
  let level = members.filter((member) => member.unit === unit)
  const seen = new Set<string>()
  while (level.length > 0) {
    for (const { findings } of level) for (const key of findings) found.add(key)
    const makers = new Set(level.map(({ from }) => from).filter((name) => name !== ''))
    level = members.filter(({ credential, principal }) => {
      const isMaker = makers.has(credential) || makers.has(principal)
      const name = `${credential}|${principal}`
      if (!isMaker || seen.has(name)) return false
      seen.add(name)
      return true
    })
  }
  const all = found.size > 0 ? [...found] : members.flatMap(({ findings }) => findings)
  return merged([], all)
}

const merged = (a: readonly string[], b: readonly string[]): readonly string[] =>
  [...new Set([...a, ...b])].toSorted().slice(0, orderListMax)
