import type { Answer, Decision, Option, Order, Plan } from '#shared/messages/containment.ts'
import { cutInWords } from './cuts.ts'
import { heldStates } from './lifecycle.ts'
import { keep, move, note, type Ledger } from './ledger.ts'
import { forbids } from './policy.ts'
import type { Rules } from './propose.ts'
import { orderFor } from './wanted.ts'

/**
 * What deciding needs besides the ledger. A process beside the one that serves has the stored plan: before the cut everything
 * is asked again of what stands then.
 */
export type Deciding = Rules & { readonly planned: (handle: string) => Plan | undefined }

const done = (says: string): Answer => ({ done: true, says })
const refused = (says: string): Answer => ({ done: false, says })

/** Carries out what a person decided, or says why not. Either way the audit has it. */
export function decide(ledger: Ledger, decision: Decision, deciding: Deciding): Answer {
  const answer = kinds[decision.kind](ledger, decision, deciding)
  const { kind, by, about, option, reason } = decision
  const what = answer.done ? `asked: ${kind}` : `refused: ${kind}`
  const detail = { about, option, says: answer.says }
  note(ledger, what, { who: by, why: reason, detail }, { incidents: [] })
  return answer
}

type Kind = (ledger: Ledger, decision: Decision, deciding: Deciding) => Answer

const kinds: Readonly<Record<Decision['kind'], Kind>> = {
  apply: (ledger, decision, deciding) => {
    const { about } = decision
    const plan = deciding.planned(about)
    if (!plan) return refused(`no incident ${about} stands`)
    if (plan.mode === 'observe') return refused(observing)
    const option = chosen(plan, decision.option)
    if (!option) return refused(changed)
    const possible = option.cuts.filter(({ forbidden }) => forbidden === '')
    if (possible.length === 0)
      return refused(['there is nothing that can be cut', ...option.lacks].join('; '))
    const orders = possible.flatMap(
      (planned) => orderFor(ledger, plan, option, planned, deciding.policy, decision) ?? [],
    )
    const approved = orders.map((order) => approve(ledger, order, option, decision))
    const barred = option.cuts.filter(({ forbidden }) => forbidden !== '')
    const words = approved.map(({ state, cut }) => `${state}: ${cutInWords(cut)}`)
    return done([...words, ...barred.map(({ forbidden }) => `left out: ${forbidden}`)].join('\n'))
  },

  approve: (ledger, decision, deciding) => {
    const orders = ordersAbout(ledger, decision.about).filter(({ state }) => state === 'planned')
    if (orders.length === 0) return refused(`nothing of ${decision.about} waits for approval`)
    const answers = orders.map((order) => approveOne(ledger, order, decision, deciding))
    return {
      done: answers.some((each) => each.done),
      says: answers.map(({ says }) => says).join('\n'),
    }
  },

  deny: (ledger, decision) => {
    const orders = ordersAbout(ledger, decision.about).filter(
      ({ state, prior }) => state === 'planned' || (state === 'approved' && prior === null),
    )
    if (orders.length === 0) return refused(`nothing of ${decision.about} waits`)
    for (const order of orders) {
      const says = `${decision.by} denied: ${cutInWords(order.cut)}`
      move(ledger, order, 'reject', { who: decision.by, why: decision.reason, says })
    }
    return done(orders.map(({ cut }) => `denied: ${cutInWords(cut)}`).join('\n'))
  },

  verify: (ledger, { about }) => {
    const orders = ordersAbout(ledger, about).filter(
      ({ state }) => state === 'applied' || state === 'verified',
    )
    if (orders.length === 0) return refused(`nothing of ${about} is cut and waits for evidence`)
    for (const order of orders)
      keep(ledger, order, { readsFrom: ledger.at, reads: [], overdue: false })
    return done(orders.map(standingInWords).join('\n'))
  },

  undo: (ledger, decision) => {
    const held = ordersAbout(ledger, decision.about).filter(({ state }) =>
      heldStates.includes(state),
    )
    if (held.length === 0) return refused(`nothing of ${decision.about} is cut`)
    const answers = held.map((order) => undoOne(ledger, order, decision))
    return {
      done: answers.some((each) => each.done),
      says: answers.map(({ says }) => says).join('\n'),
    }
  },

  stop: (ledger, { by, reason }) => {
    const { store, at } = ledger
    store.write({ control: { ...store.control(), stopped: { by, at, reason } } })
    ledger.tell({ incidents: [], says: `${by} stopped every cut: ${reason}`, by, at })
    return done('stopped: nothing is cut until keytrail contain resume; undo goes on')
  },

  resume: (ledger, { by, reason }) => {
    const { store, at } = ledger
    store.write({ control: { stopped: null, breaker: null, since: at } })
    ledger.tell({ incidents: [], says: `${by} resumed: ${reason}`, by, at })
    return done('resumed')
  },
}

const observing =
  'every detection of it is in mode observe: the settings contain.approve and contain.auto say which may lead to a cut'
const changed = 'the plan is not what you saw any more: keytrail contain plan shows it as it is now'

/** The option that a person means, by its hash as he saw it, or by number. */
function chosen({ options }: Plan, meant: string): Option | undefined {
  if (meant === '') return options[0]
  return options.find(({ hash, number }) => hash === meant || String(number) === meant)
}

/** An order by its key, or those that an incident wants. */
function ordersAbout({ store }: Ledger, about: string): readonly Order[] {
  const order = store.order(about)
  return order ? [order] : store.orders({ incident: about })
}

function approve(ledger: Ledger, order: Order, option: Option, { by, reason }: Decision): Order {
  const says = `${by} approved: ${cutInWords(order.cut)}`
  const detail = { option: option.hash, collateral: option.collateralCount }
  return move(
    ledger,
    order,
    'approve',
    { who: by, why: reason, says, detail },
    {
      by,
      option: option.hash,
      tries: 0,
      retryAt: 0,
      collateral: option.collateral.filter(({ unit }) => unit === order.unit).length,
    },
  )
}

/** What is approved is what the plan says now; a person who saw another one looks again. */
function approveOne(ledger: Ledger, order: Order, decision: Decision, deciding: Deciding): Answer {
  const { policy, ours, planned } = deciding
  const plan = order.incidents.map(planned).find((each) => each !== undefined)
  if (!plan) return refused(`no incident of ${order.key} stands`)
  if (plan.mode === 'observe') return refused(observing)
  const options = plan.options.filter(({ cuts }) => cuts.some(({ unit }) => unit === order.unit))
  const option =
    decision.option === '' ? options[0] : options.find(({ hash }) => hash === decision.option)
  const isOther = decision.option === '' && option !== undefined && option.hash !== order.option
  if (!option || isOther) return refused(changed)
  const barred = forbids(policy, order.cut, ours)
  if (barred !== '') return refused(`${order.key}: ${barred}`)
  return done(`approved: ${cutInWords(approve(ledger, order, option, decision).cut)}`)
}

function undoOne(ledger: Ledger, order: Order, { about, by, reason }: Decision): Answer {
  const others = order.incidents.filter((handle) => handle !== about)
  if (order.key !== about && others.length > 0)
    return refused(`${order.key} stays: ${others.join(', ')} wants it too; undo it by its key`)
  if (order.state === 'undoing') return done(`${order.key} is being undone`)
  move(ledger, order, 'undo', { who: by, why: reason }, { tries: 0, retryAt: 0 })
  return done(`undoing: ${cutInWords(order.cut)}`)
}

function standingInWords({ key, state, verified, reads, note: why }: Order): string {
  if (verified)
    return `${key}: verified (${verified.on}${verified.record ? ` ${verified.record}` : ''})`
  return `${key}: ${state}, not verified yet (${reads.length} of 3 read-backs; ${why}); reading back anew`
}
