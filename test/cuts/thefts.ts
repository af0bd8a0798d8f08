import type { Answer, Credential } from '#infra/fake-aws/call.ts'
import type { Order } from '#shared/messages/containment.ts'
import { account, type CallWords } from '#test/simulator/company.ts'
import type { House } from './house.ts'

/** Where the thief sits (RFC 5737). */
const elsewhere = '203.0.113.66'

export const read: CallWords = { service: 's3', action: 'GetObject' }

/** One call of somebody who tells nobody: `ok`, or AWS's error code. */
export function tried({ company }: House, credential: Credential, words = read): string {
  const answer = company.call('thief', credential, words, elsewhere)
  return answer.ok ? 'ok' : answer.code
}

/** A call with a credential, and what the runtime of whoever made it says of it at once. */
export async function used(
  { company, report, now }: House,
  agent: string,
  task: string,
  credential: Credential,
): Promise<Answer> {
  const answer = company.call(agent, credential, read, elsewhere)
  await report(`${agent}-runtime`, {
    kind: 'tool.called',
    id: `tool-${answer.requestId}`,
    time: new Date(now()).toISOString(),
    task,
    agent,
    tool: 'read',
    requestIds: [answer.requestId],
  })
  return answer
}

/** A task of the ledger works with its session, and one of the support agent works with it as well. */
export async function stolen(house: House, task: string) {
  const { company } = house
  await company.start('ledger', task)
  const { credential } = await company.issue('ledger', task)
  await used(house, 'ledger', task, credential)
  await company.start('support', `${task}-thief`)
  const { requestId } = await used(house, 'support', `${task}-thief`, credential)
  return { requestId, credential, tries: (words?: CallWords) => tried(house, credential, words) }
}

export const orderOf = (house: House, unit: string): Order | undefined =>
  house.orders().findLast((order) => order.unit.endsWith(unit))

export const statesOf = (house: House): Record<string, string> =>
  Object.fromEntries(
    house.orders().map(({ unit, state }) => [unit.replace(`${account}/`, ''), state]),
  )
