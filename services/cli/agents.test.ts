import { expect, test } from 'vitest'
import { home } from '#test/properties/records.ts'
import { call, registered, reported, run, user } from '#test/semantics/cast.ts'
import type { SourceRow } from '#shared/ports/source-store.ts'
import { countingAgents } from './agents.ts'

const source = (name: string, ...agents: string[]): SourceRow => ({
  name,
  agents,
  hashes: [],
  created: 1,
})

test('of each agent: its uses by rank, whom it was never seen as, its long-lived keys, who speaks for it', async () => {
  const ledger = user('ledger', 1)
  const records = [
    registered('ledger', {
      principals: [`${home}/user/ledger`, '111122223333/user/never'],
      sources: ['orchestrator'],
    }),
    registered('idle', { principals: ['111122223333/user/idle'] }),
    reported('t-1', 'ledger', 'no-such-request'),
    call(1, ledger),
    call(2, ledger),
  ]
  const { engine } = await run(records)
  const counting = countingAgents(engine.states.correlate, () => [
    source('orchestrator', '*'),
    source('other', 'ledger', 'idle'),
  ])
  let step = counting.next()
  while (!step.done) step = counting.next()
  expect(step.value).toEqual([
    {
      agent: 'ledger',
      uses: { agent: { exact: 2 }, task: { none: 2 } },
      principals: 2,
      unseen: ['111122223333/user/never'],
      named: ['111122223333/user/never', `${home}/user/ledger`].toSorted(),
      requests: 1,
      longLived: { uses: 2, keys: [ledger.key] },
      sources: ['orchestrator'],
    },
    {
      agent: 'idle',
      uses: { agent: {}, task: {} },
      principals: 1,
      unseen: ['111122223333/user/idle'],
      named: ['111122223333/user/idle'],
      requests: 0,
      longLived: { uses: 0, keys: [] },
      sources: ['orchestrator', 'other'],
    },
  ])
})
