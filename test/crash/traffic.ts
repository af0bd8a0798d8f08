import type { Order, OrderState } from '#shared/messages/containment.ts'
import { account, type Company, type Held } from '#test/simulator/company.ts'
import { realTime } from '#test/simulator/time.ts'
import { ordinaryTask, read } from '#test/simulator/work.ts'
import type { Town } from './town.ts'

/** A credential that another agent works with, and what must become of it. */
export type Theft = {
  /** As an order names it. */
  readonly unit: string
  /** Where its order comes to its end. `undone`: a person has it undone once the cut is seen to work. */
  readonly becomes: OrderState
}

/** What goes on in the company while processes are killed. */
export type Traffic = {
  readonly thefts: readonly Theft[]
  /** How the orders stand by now. */
  readonly look: (orders: readonly Order[]) => void
  /** No new theft and no new task; resolves when all that was begun is over. */
  readonly end: () => Promise<void>
}

const newTheftMs = 900
const againMs = 250
/** A stolen key is dead when it was refused so often: such calls are in no trail. A session is tried until a refusal was seen. */
const patience = 2
/** Nobody is cut so late after the last death, ms: then the cut is lost, and the verdict says so. */
const longestMs = 120_000
/** At most so many at a time: each makes a few records a second. */
const atOnce = 4

export function trafficIn(town: Town): Traffic {
  const thefts: Theft[] = []
  let seen: ReadonlyMap<string, Order> = new Map()
  let isOver = false
  let until = Infinity
  const isSeen = (unit: string): boolean => (seen.get(unit)?.verified ?? null) !== null
  const work = async (): Promise<void> => {
    const company = await town.company
    for (let n = 0; !isOver; n++) {
      await ordinaryTask(company, realTime, 'release', `release-${n}`, 1)
      await realTime.sleep(100)
    }
  }
  const steal = async (): Promise<void> => {
    const company = await town.company
    const running = new Set<Promise<void>>()
    for (let n = 0; !isOver; n++) {
      const one: Promise<void> = theft(
        { town, company, thefts, isSeen, isLate: () => Date.now() > until },
        n,
      ).finally(() => running.delete(one))
      running.add(one)
      await realTime.sleep(newTheftMs)
      if (running.size >= atOnce) await Promise.race(running)
    }
    await Promise.all(running)
  }
  const going = Promise.all([work(), steal()])
  // Told when somebody waits for it.
  going.catch(() => undefined)
  return {
    thefts,
    look: (orders) => (seen = new Map(orders.map((order) => [order.unit, order]))),
    async end() {
      isOver = true
      until = Date.now() + longestMs
      await going
    },
  }
}

type Scene = {
  readonly town: Town
  readonly company: Company
  readonly thefts: Theft[]
  /** Was a refusal of this unit seen? */
  readonly isSeen: (unit: string) => boolean
  readonly isLate: () => boolean
}

async function theft({ town, company, thefts, isSeen, isLate }: Scene, n: number): Promise<void> {
  const task = `work-${n}`
  const other = `other-${n}`
  await company.start('ledger', task)
  await company.start('support', other)
  const withKey = n % 3 === 1
  const held = withKey ? await leasedKey(town, company, task) : await company.issue('ledger', task)
  const { key } = held.credential
  const unit = withKey ? `key:${key}` : `session:${account}/role/ledger-agent/${task}`
  await company.tool(held, 'read_ledger', [read('ledger', task)])
  const stays = withKey ? 'applied' : 'verified'
  thefts.push({ unit, becomes: n % 2 === 0 ? 'undone' : stays })
  const stolen: Held = { ...held, agent: 'support', task: other }
  let refused = 0
  const isOver = (): boolean => (withKey ? refused >= patience : isSeen(unit))
  for (let again = 0; !isLate() && !isOver(); again++) {
    const answers = await company.tool(stolen, 'read_documents', [read('ledger', `${n}/${again}`)])
    refused += answers.filter(({ ok }) => !ok).length
    await realTime.sleep(againMs)
  }
}

/** A key of a user of its own, given to one task by the orchestrator. */
async function leasedKey(town: Town, company: Company, task: string): Promise<Held> {
  const { aws } = town
  const user = `job-${task}`
  aws.addUser(account, user)
  const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]
  aws.setPolicy(
    account,
    `user/${user}`,
    'Work',
    JSON.stringify({ Version: '2012-10-17', Statement }),
  )
  const credential = aws.addKey(account, user)
  await company.tell('orchestrator', 'credential.issued', {
    credential: credential.key,
    task,
    agent: 'ledger',
  })
  return { credential, agent: 'ledger', task }
}

/** Orders as they stand, and the rest of what a person would look at. */
export function ordersIn(town: Town): readonly Order[] {
  const open = town.open()
  try {
    return open.containment.orders({})
  } finally {
    open.close()
  }
}

/** A person has every cut undone that shall be, once it is seen to work, so far as that can be seen. */
export async function undoWhatShall(town: Town, { thefts, look }: Traffic): Promise<void> {
  const orders = ordersIn(town)
  look(orders)
  const wanted = new Set(
    thefts.filter(({ becomes }) => becomes === 'undone').map(({ unit }) => unit),
  )
  for (const { unit, key, state } of orders) {
    const isSeen = state === 'verified' || (state === 'applied' && isKey(unit))
    if (wanted.has(unit) && isSeen)
      await town.command('contain', 'undo', key, '--by', 'kim', '--reason', 'a test')
  }
}

/** Calls of a key that is cut are in no trail: that it works is proven by silence, which takes too long for here. */
const isKey = (unit: string): boolean => unit.startsWith('key:')
