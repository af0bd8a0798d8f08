import type { Order } from '#shared/messages/containment.ts'
import type { Use } from '#shared/messages/use.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import { watchedStates } from './lifecycle.ts'
import { hearing, isNode, makes } from './verify.ts'
import { keep, type Ledger } from './ledger.ts'

/** Which calls matter: by key id and by principal, so that most uses cost two look-ups. */
export type Watch = ReadonlyMap<string, readonly string[]>

/** Everything that orders wait to hear of. At most as many orders as one look gives. */
export function watchOf(store: ContainmentStore): Watch {
  const by = new Map<string, string[]>()
  const add = (name: string, { key }: Order): void => {
    const list = by.get(name)
    if (!list) by.set(name, [key])
    else if (!list.includes(key)) list.push(key)
  }
  for (const order of store.orders({ states: ['planned', ...watchedStates] })) {
    const { cut, keys } = order
    for (const key of keys) add(key, order)
    if (cut.kind === 'disable-key') add(cut.key, order)
    else if (cut.kind === 'deny-session')
      add(`${cut.account}/role/${cut.role}/${cut.session}`, order)
    else add(`${cut.account}/user/${cut.user}`, order)
  }
  return by
}

/** Takes in what watched credentials did; the incidents whose tree may have grown. */
export function hear(ledger: Ledger, by: Watch, uses: readonly Use[]): Set<string> {
  const grown = new Set<string>()
  for (const use of uses) {
    const keys = new Set([...(by.get(use.key) ?? []), ...(by.get(use.principal) ?? [])])
    for (const key of keys) {
      const order = ledger.store.order(key)
      if (!order) continue
      const heard = hearing(order, use)
      if (heard !== order) keep(ledger, order, heard)
      if (isNode(order, use) && makes(use)) for (const handle of order.incidents) grown.add(handle)
    }
  }
  return grown
}
