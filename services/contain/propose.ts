import type { Plan } from '#shared/messages/containment.ts'
import type { Seen } from '#shared/messages/tree.ts'
import { cutInWords } from './cuts.ts'
import { againstMachine, minded } from './guards.ts'
import { move, note, self, type Ledger } from './ledger.ts'
import { planOf } from './plan.ts'
import type { ContainPolicy, Ours } from './policy.ts'
import { orderFor, unwanted } from './wanted.ts'

/** Why an incident is told: new code or settings never lead to an automatic cut (SEMANTICS F5). */
export type Because = 'records' | 'version'

export type Rules = { readonly policy: ContainPolicy; readonly ours: Ours }

/** Plans an incident anew, and asks for what its mode allows. The same incident twice asks for nothing new. */
export function propose(
  ledger: Ledger,
  handle: string,
  seen: Seen | undefined,
  because: Because,
  { policy, ours }: Rules,
): Plan | undefined {
  if (!seen) {
    if (ledger.store.plan(handle)) ledger.store.write({ gone: [handle] })
    unwanted(ledger, handle, undefined)
    return undefined
  }
  const plan = planOf(seen, { policy, ours, at: ledger.at })
  ledger.store.write({ plans: [plan] })
  if (plan.mode !== 'observe') order(ledger, plan, because, policy)
  unwanted(ledger, handle, plan)
  return plan
}

/** Orders for the smallest cut; made at once where everything about it lets a machine act, as a whole or not at all. */
function order(ledger: Ledger, plan: Plan, because: Because, policy: ContainPolicy): void {
  const [option] = plan.options
  if (!option) return
  const cuts = option.cuts.filter(({ forbidden }) => forbidden === '')
  const quiet: Ledger = { ...ledger, tell: () => undefined }
  const before = new Set(ledger.store.orders({ states: ['planned'] }).map(({ key }) => key))
  const orders = cuts.flatMap((planned) => orderFor(quiet, plan, option, planned, policy) ?? [])
  const waiting = orders.filter(({ state, episode }) => state === 'planned' && episode === 1)
  const fresh = orders.filter(({ state, key }) => state === 'planned' && !before.has(key))
  const isWhole = orders.length === cuts.length && fresh.length === waiting.length
  const mayAct = because === 'records' && plan.mode === 'auto' && option.notAutomatic.length === 0
  // What a person undid beside us a moment ago counts as well.
  if (mayAct) minded(ledger, policy)
  const against = mayAct && isWhole ? againstMachine(ledger, policy, fresh.length) : 'not automatic'
  const isUntouched = fresh.every(({ episode, sentAt }) => episode === 1 && sentAt === 0)
  if (fresh.length > 0 && against === '' && isUntouched) {
    for (const each of fresh) {
      const why = 'every guard lets a machine make the smallest cut'
      move(
        quiet,
        each,
        'approve',
        { who: self, why, detail: { option: option.hash } },
        { by: self },
      )
    }
    tell(ledger, plan, `cutting now: ${fresh.map(({ cut }) => cutInWords(cut)).join('; ')}`)
    return
  }
  if (fresh.length === 0) return
  if (mayAct && against !== '')
    note(ledger, 'not-automatic', { who: self, why: against }, { incidents: [plan.incident] })
  const list = fresh.map(({ cut }) => cutInWords(cut)).join('; ')
  tell(ledger, plan, `proposed: ${list}; keytrail approve ${plan.incident}`)
}

const tell = ({ tell: say, at }: Ledger, { incident }: Plan, says: string): void =>
  say({ incidents: [incident], says, by: self, at })
