import type { Option, Order, Plan } from '#shared/messages/containment.ts'
import { printable } from '#shared/printable.ts'
import { cutInWords } from '#services/contain/cuts.ts'

/** Who would be hurt, as many as a person reads. */
const shown = 20

export function orderLines(order: Order): string[] {
  const { key, state, cut, incidents, verified, by, note } = order
  const how = verified ? ` on ${verified.on}${verified.record ? ` (${verified.record})` : ''}` : ''
  return [
    `${key}`,
    `  ${state}${how}: ${cutInWords(cut)}`,
    `  for ${incidents.join(', ') || 'nobody any more'}${by ? `, asked by ${by}` : ''}${note ? `; ${note}` : ''}`,
  ].map(printable)
}

export function planLines(plan: Plan): string[] {
  const members = plan.members.map(
    ({ credential, principal, holder, unit, note }) =>
      `  ${credential || 'session'} ${principal}${holder ? `, held by ${holder}` : ''}${unit ? '' : ` (${note})`}`,
  )
  return [
    `${plan.incident} ${plan.severity}: ${plan.title}`,
    `mode ${plan.mode}`,
    'compromised:',
    ...members,
    ...plan.options.flatMap(optionLines),
  ].map(printable)
}

function optionLines(option: Option): string[] {
  const { number, title, cuts, sufficient, lacks, notProven, notAutomatic, hash } = option
  const more = option.collateralCount - shown
  return [
    `option ${number}: ${title}${sufficient ? '' : ' (does not suffice)'}`,
    `  hash ${hash}`,
    ...cuts.map(
      ({ cut, forbidden }) =>
        `  - ${cutInWords(cut)}${forbidden ? ` — not possible, ${forbidden}` : ''}`,
    ),
    ...lacks.map((text) => `  lacks: ${text}`),
    ...notProven.map((text) => `  not proven: ${text}`),
    ...option.collateral
      .slice(0, shown)
      .map(({ credential, principal, holder }) => `  hurts: ${principal} ${credential} ${holder}`),
    ...(more > 0 ? [`  hurts ${more} more`] : []),
    ...notAutomatic.map((text) => `  not automatic: ${text}`),
  ]
}
