import type { Call, Order, Verified } from '#shared/messages/containment.ts'
import type { Use } from '#shared/messages/use.ts'
import { latest } from '#shared/facts/mark.ts'

/** When a cut is read back, ms behind the receipt (DESIGN §3.5). */
export const readsDue: readonly number[] = [5_000, 30_000, 300_000]
/** IAM's answers are seconds old at times: only a read as late as this tells that somebody took it off. */
const settledMs = 30_000
/** A cut reaches every region within this time; a success before it proves nothing. */
const spreadMs = 60_000
/** Every source must be past the cut by so much before silence is worth anything. */
const quietMs = 15 * 60_000
/** Not verified for so long: people are told. */
const overdueMs = 45 * 60_000

/** What shows an order's state, so far as it is known now; undefined: nothing new. */
export type Shown =
  | { readonly event: 'success' | 'taken-off'; readonly why: string }
  | { readonly event: 'denied' | 'quiet'; readonly verified: Verified; readonly why: string }

/**
 * What an order's evidence comes to (DESIGN §3.5), whatever order it came in. That the cloud said yes is no evidence.
 *
 * @param frontier event time up to which every source that covers the account is complete; −Infinity: none does
 */
export function shown(order: Order, frontier: number, at: number): Shown | undefined {
  const { receipt, lastSuccess, lastDenied, reads } = order
  if (!receipt) return undefined
  if (lastSuccess && lastSuccess.at > receipt.at + spreadMs)
    return { event: 'success', why: `${lastSuccess.call} succeeded after it (${lastSuccess.id})` }
  const off = reads.find(({ due, standing }) => due >= settledMs && standing !== 'in-force')
  if (off) return { event: 'taken-off', why: `read back as ${off.standing}` }
  if (order.verified) return undefined
  if (lastDenied && lastDenied.at > receipt.at) {
    const verified: Verified = { on: 'denied', at, record: lastDenied.id }
    return { event: 'denied', verified, why: `${lastDenied.call} was refused (${lastDenied.id})` }
  }
  const stands = readsDue.every((due) =>
    reads.some((read) => read.due === due && read.standing === 'in-force'),
  )
  if (!stands || frontier <= receipt.at + quietMs) return undefined
  const verified: Verified = { on: 'quiet', at, record: '' }
  return { event: 'quiet', verified, why: 'it stands, and no source shows a success' }
}

/** Read-backs that are due and not made. */
export const dueReads = ({ receipt, readsFrom, reads }: Order, at: number): readonly number[] =>
  receipt
    ? readsDue.filter((due) => readsFrom + due <= at && !reads.some((r) => r.due === due))
    : []

export const isOverdue = ({ receipt, verified, overdue, state }: Order, at: number): boolean =>
  state === 'applied' && !overdue && !verified && receipt !== null && receipt.at + overdueMs <= at

/** The order with what a call of its tree shows; the same order if it shows nothing. */
export function hearing(order: Order, use: Use): Order {
  if (!use.direct || !isNode(order, use)) return order
  const call: Call = { at: use.at, id: use.id, call: `${use.service}:${use.action}` }
  if (use.error === 'none') {
    if (isOpenToAll(order, call.call)) return order
    const lastSuccess = latest(order.lastSuccess ?? undefined, call)
    return lastSuccess === order.lastSuccess ? order : { ...order, lastSuccess }
  }
  if (use.error !== 'denied' || order.refused.includes(call.call)) return order
  const lastDenied = latest(order.lastDenied ?? undefined, call)
  return lastDenied === order.lastDenied ? order : { ...order, lastDenied }
}

/** Needs no permission, so no policy denies it (STS API Reference, GetCallerIdentity); signing in asks STS nothing. */
const isOpenToAll = ({ cut }: Order, call: string): boolean =>
  cut.kind !== 'disable-key' && (call === 'sts:GetCallerIdentity' || call.startsWith('signin:'))

/** Whether this order must have stopped the caller. A session that was issued after the cut is another one. */
export function isNode({ cut, keys, issuedBefore }: Order, use: Use): boolean {
  if (cut.kind === 'disable-key') return use.key === cut.key
  const isOld = use.created === 0 || issuedBefore === 0 || use.created < issuedBefore
  if (use.key !== '' && keys.includes(use.key)) return isOld
  if (use.created === 0 || !isOld) return false
  return cut.kind === 'deny-session'
    ? use.principal === `${cut.account}/role/${cut.role}/${cut.session}`
    : use.principal === `${cut.account}/user/${cut.user}`
}

/** Whether a call may have made something new in the tree. */
export const makes = ({ rare, error }: Use): boolean =>
  error === 'none' && (rare?.issue !== undefined || (rare?.deeds?.length ?? 0) > 0)
