import { describe, expect, it } from 'vitest'
import { checkChain } from '#shared/facts/chain.ts'
import { unsent, type AuditDraft, type Order, type Plan } from '#shared/messages/containment.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'

export type Kept = { readonly store: ContainmentStore; readonly reopen?: () => ContainmentStore }

const order = (at: Partial<Order> = {}): Order => ({
  key: 'disable-key/key:AKIA1/1',
  unit: 'key:AKIA1',
  episode: 1,
  cut: { kind: 'disable-key', account: '111122223333', user: 'alice', key: 'AKIA1' },
  state: 'planned',
  incidents: ['inc-1'],
  findings: [],
  keys: ['AKIA1'],
  refused: [],
  collateral: 0,
  option: '',
  by: '',
  expires: 0,
  ...unsent,
  ...at,
})

const entry = ({ key, state }: Order, why = 'ü "quoted"'): AuditDraft => ({
  at: 1,
  who: 'kim',
  what: 'propose',
  order: key,
  incidents: ['inc-1'],
  from: '',
  to: state,
  why,
  detail: '',
})

const plan = (incident: string, at: number): Plan => ({
  incident,
  title: '',
  severity: 'high',
  at,
  mode: 'approve',
  members: [],
  options: [],
})

/** What every store of plans, orders and audit does. */
export function containmentContract(name: string, make: () => Kept): void {
  describe(`containment store: ${name}`, () => {
    const written = (store: ContainmentStore, each: Order) =>
      store.write({ orders: [each], audit: [entry(each)] })

    it('keeps orders and finds them by state, unit and incident', () => {
      const { store, reopen } = make()
      const second = order({ key: 'k2', episode: 2, state: 'undone', incidents: [] })
      written(store, second)
      written(store, order())
      const again = reopen?.() ?? store
      expect(again.order('k2')).toEqual(second)
      expect(again.order('none')).toBeUndefined()
      expect(again.orders({ unit: 'key:AKIA1' }).map(({ episode }) => episode)).toEqual([1, 2])
      expect(again.orders({ states: ['undone'] })).toEqual([second])
      expect(again.orders({ incident: 'inc-1' })).toEqual([order()])
      expect(again.orders({ states: ['planned'], incident: 'inc-2' })).toEqual([])
      expect(again.counts()).toEqual(
        new Map([
          ['planned', 1],
          ['undone', 1],
        ]),
      )
    })

    it('forgets an incident that does not want the order any more', () => {
      const { store } = make()
      written(store, order({ incidents: ['inc-1', 'inc-2'] }))
      store.write({ orders: [order({ incidents: ['inc-2'] })] })
      expect(store.orders({ incident: 'inc-1' })).toEqual([])
      expect(store.orders({ incident: 'inc-2' })).toHaveLength(1)
    })

    it('refuses a change of state without its audit entry, and writes nothing of it', () => {
      const { store } = make()
      expect(() => store.write({ orders: [order()] })).toThrow('with an audit entry')
      written(store, order())
      const head = store.head()
      expect(() =>
        store.write({ plans: [plan('inc-9', 1)], orders: [order({ state: 'approved' })] }),
      ).toThrow('with an audit entry')
      expect(store.order(order().key)?.state).toBe('planned')
      expect(store.plan('inc-9')).toBeUndefined()
      expect(store.head()).toEqual(head)
    })

    it('takes back everything of a transaction that fails', () => {
      const { store } = make()
      written(store, order())
      const head = store.head()
      expect(() =>
        store.together(() => {
          written(store, order({ key: 'k2', episode: 2, state: 'approved' }))
          store.write({ control: { stopped: null, breaker: null, since: 7 } })
          throw new Error('crash')
        }),
      ).toThrow('crash')
      expect(store.order('k2')).toBeUndefined()
      expect(store.control().since).toBe(0)
      expect(store.head()).toEqual(head)
      expect([...store.links()]).toHaveLength(1)
    })

    it('chains its audit', () => {
      const { store, reopen } = make()
      written(store, order())
      written(store, order({ state: 'approved' }))
      const again = reopen?.() ?? store
      written(again, order({ state: 'sent' }))
      const links = [...again.links()]
      expect(links.map(({ seq }) => seq)).toEqual([1, 2, 3])
      expect(checkChain(links, [again.head()])).toMatchObject({ intact: true, head: again.head() })
    })

    it('counts what was sent, by machines and in all', () => {
      const { store } = make()
      written(store, order({ key: 'a', episode: 1, sentAt: 5, by: 'keytrail' }))
      written(store, order({ key: 'b', episode: 2, sentAt: 9, by: 'kim' }))
      written(store, order({ key: 'c', episode: 3, by: 'keytrail' }))
      expect(store.sentSince(0)).toEqual({ automatic: 1, all: 2 })
      expect(store.sentSince(6)).toEqual({ automatic: 0, all: 1 })
    })

    it('keeps plans, the latest first, until they go', () => {
      const { store } = make()
      store.write({ plans: [plan('inc-1', 1), plan('inc-2', 2)] })
      expect(store.plans(1)).toEqual([plan('inc-2', 2)])
      store.write({ plans: [plan('inc-1', 3)], gone: ['inc-2'] })
      expect(store.plans(9)).toEqual([plan('inc-1', 3)])
    })
  })
}
