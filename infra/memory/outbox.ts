import {
  waitingMax,
  type DeadDelivery,
  type Delivery,
  type Lane,
  type LaneCount,
  type NewDelivery,
  type Outbox,
} from '#shared/ports/outbox.ts'

type Row = Delivery & { readonly state: 'waiting' | 'delivered' | 'dead' } & Pick<
    DeadDelivery,
    'why' | 'died'
  >

type Rows = Map<string, Row>

/** Deliveries in memory; `limit` may wait for one destination. */
export function memoryOutbox(limit = waitingMax): Outbox {
  const rows: Rows = new Map()
  let lanes: readonly Lane[] = []
  return {
    open: (all) => void (lanes = all.toSorted((a, b) => (a.name < b.name ? -1 : 1))),
    lanes: () => lanes,
    add(deliveries, at) {
      for (const each of deliveries) add(rows, each, at, limit)
    },
    due: (to, now, most) =>
      heads(rows, to)
        .filter(({ due }) => due <= now)
        .toSorted((a, b) => a.due - b.due)
        .slice(0, most)
        .map(deliveryOf),
    nextDue(to) {
      const times = heads(rows, to).map(({ due }) => due)
      return times.length > 0 ? Math.min(...times) : undefined
    },
    delivered: (name, at) => change(rows, name, { state: 'delivered', died: at }),
    failed(name, why, due) {
      const row = rows.get(nameOf(name))
      change(rows, name, { why, due, attempts: (row?.attempts ?? 0) + 1 })
    },
    dead: (name, why, at) => change(rows, name, { state: 'dead', why, died: at }),
    abandon(known, why, at) {
      const left = [...rows.values()].filter(
        ({ to, state }) => state === 'waiting' && !known.includes(to),
      )
      for (const row of left) change(rows, row, { state: 'dead', why, died: at })
      return left.length
    },
    ...looks(rows),
    revive(name, at) {
      const row = rows.get(nameOf(name))
      if (row?.state !== 'dead') return false
      // Behind whatever waits by now: it had its turn.
      rows.delete(nameOf(name))
      rows.set(nameOf(name), { ...row, state: 'waiting', since: at, attempts: 0, due: at })
      return true
    },
    forget(before) {
      const old = [...rows].filter(([, { state, died }]) => state !== 'waiting' && died < before)
      for (const [name] of old) rows.delete(name)
      return old.length
    },
  }
}

const nameOf = ({ id, to }: Pick<Delivery, 'id' | 'to'>): string => `${to}\n${id}`

const waiting = (rows: Rows, to: string): Row[] =>
  [...rows.values()].filter((row) => row.to === to && row.state === 'waiting')

/** The oldest of each incident. */
const heads = (rows: Rows, to: string): Row[] =>
  [...Map.groupBy(waiting(rows, to), ({ incident }) => incident).values()].flatMap((all) =>
    all.slice(0, 1),
  )

function add(rows: Rows, each: NewDelivery, at: number, limit: number): void {
  if (rows.has(nameOf(each))) return
  const row = { ...each, since: at, attempts: 0, due: at, died: 0, why: '' }
  const full = waiting(rows, each.to).length >= limit
  rows.set(
    nameOf(each),
    full ? { ...row, state: 'dead', why: noRoom, died: at } : { ...row, state: 'waiting' },
  )
}

function change(rows: Rows, name: Pick<Delivery, 'id' | 'to'>, more: Partial<Row>): void {
  const row = rows.get(nameOf(name))
  if (row?.state === 'waiting') rows.set(nameOf(name), { ...row, ...more })
}

const looks = (rows: Rows): Pick<Outbox, 'counts' | 'deadOnes'> => ({
  counts: () =>
    [...Map.groupBy(rows.values(), ({ to }) => to)]
      .map(([to, all]) => countOf(to, all))
      .toSorted((a, b) => (a.to < b.to ? -1 : 1)),
  deadOnes: (most) =>
    [...rows.values()]
      .filter(({ state }) => state === 'dead')
      .toSorted((a, b) => b.died - a.died)
      .slice(0, most)
      .map((row) => ({ ...deliveryOf(row), why: row.why, died: row.died })),
})

const noRoom = 'too many wait for this destination'

const deliveryOf = ({ id, to, incident, event, body, since, attempts, due }: Row): Delivery => ({
  id,
  to,
  incident,
  event,
  body,
  since,
  attempts,
  due,
})

function countOf(to: string, rows: readonly Row[]): LaneCount {
  const of = (state: Row['state']): Row[] => rows.filter((row) => row.state === state)
  const waits = of('waiting').map(({ since }) => since)
  return {
    to,
    waiting: waits.length,
    delivered: of('delivered').length,
    dead: of('dead').length,
    ...(waits.length > 0 && { oldest: Math.min(...waits) }),
  }
}
