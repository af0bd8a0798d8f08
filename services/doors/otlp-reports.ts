import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Normalised } from '#shared/messages/record.ts'
import { fromOtlp } from '#services/normalise/from-otlp.ts'
import { reportsOf, type RefusedItems, type Sorted } from './hand-over.ts'
import type { Export } from './otlp-read.ts'
import { isRefusal, stamped, type Refusal, type Speaker } from './stamp.ts'

/** What the document says, as its source may say it. Parts that are refused do not spoil the others. */
export function reportsIn({ document, items }: Export, source: Speaker, received: number): Reports {
  const nothing = { source: source.name, received, records: [], taken: items, details: [] }
  if (items === 0) return { ...nothing, refused: [] }
  const read = fromOtlp(document)
  if (read.as === 'ignored') return { ...nothing, refused: [] }
  if (read.as === 'dead')
    return {
      ...nothing,
      taken: 0,
      refused: [{ reason: read.reason, field: read.field, count: items, ordinal: 0 }],
    }
  return spoken(read, source, received, items)
}

/** What was refused has words for its sender in `details`. */
export type Reports = Sorted & { readonly details: readonly string[] }

function spoken(
  read: Extract<Normalised, { as: 'mapped' }>,
  source: Speaker,
  received: number,
  items: number,
): Reports {
  const said: AgentActivity[] = []
  const against = new Map<string, { readonly refusal: Refusal; readonly items: Set<string> }>()
  for (const activity of reportsOf(read)) {
    const one = stamped(activity, source, received)
    if (!isRefusal(one)) said.push(one)
    else {
      const known = against.get(one.reason) ?? { refusal: one, items: new Set() }
      known.items.add(itemOf(activity))
      against.set(one.reason, known)
    }
  }
  const refusedItems = [
    ...(read.rejected ?? []).map((each) => ({ ...each, ordinal: 0 })),
    ...[...against.values()].map(({ refusal, items: its }) => ({
      reason: refusal.reason,
      field: refusal.field,
      count: its.size,
      ordinal: 0,
    })),
  ]
  const record = `${source.name}/${read.record}`
  return {
    source: source.name,
    received,
    records: said.length > 0 ? [{ record, activities: said }] : [],
    taken: Math.max(0, items - sum(refusedItems)),
    refused: refusedItems,
    details: [...against.values()].flatMap(({ refusal }) => refusal.detail ?? []),
  }
}

/** The span behind an activity: several may tell of one. */
const itemOf = ({ id }: AgentActivity): string => id.replace(/:(start|end|trace)$/, '')

export const sum = (refusals: readonly RefusedItems[]): number =>
  refusals.reduce((total, { count }) => total + count, 0)
