import { expect, it } from 'vitest'
import type { Use } from '#shared/messages/use.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { credOf, credsWith, everyCred, everySession, sessionById } from './creds.ts'
import { initialState } from './state.ts'

const principal = '111122223333/role/deploy/run-7@example.com#2'
const use = (more: Partial<Use>): Use => ({
  kind: 'credential.used',
  id: 'r1',
  at: 1_000,
  principal,
  identity: 'role',
  key: 'ASIAEXAMPLEAAAAAAAA1',
  created: Date.parse('2026-03-04T09:00:00Z'),
  account: '111122223333',
  region: 'eu-west-1',
  service: 's3',
  action: 'GetObject',
  error: 'none',
  address: '',
  agent: '',
  direct: true,
  request: '',
  sourceIdentity: '',
  scope: '',
  ...more,
})

it('tells credentials apart by principal, creation date and key id, and finds each again', () => {
  const state = initialState(defaultPolicy, new Set())
  const uses = [
    use({}),
    use({ created: Date.parse('2026-03-04T10:00:00Z') }),
    use({ principal: '111122223333/role/deploy/run-8' }),
    use({ key: 'AKIAEXAMPLEAAAAAAAA1', created: 0 }),
    use({ key: 'a key of some other form, masked****', created: 0 }),
    use({ key: '' }),
    use({ key: '', created: 0 }),
    use({ key: '', created: 0, principal: '111122223333/user/ann' }),
  ]
  const made = uses.map((each) => credOf(state, each).index)
  expect(made).toEqual(uses.map((_, i) => i))
  expect(uses.map((each) => credOf(state, each).index)).toEqual(made)
  expect([...everyCred(state)].map(({ key, session }) => [key, session.principal])).toEqual(
    uses.map((each) => [each.key, each.principal]),
  )
  expect(credsWith(state, 'ASIAEXAMPLEAAAAAAAA1').map(({ index }) => index)).toEqual([0, 1, 2])
  expect(credsWith(state, '')).toEqual([])
})

it('finds a session by its id, also where the principal has the signs that ids are made with', () => {
  const state = initialState(defaultPolicy, new Set())
  for (const each of [
    use({}),
    use({ key: '' }),
    use({ created: 0, key: 'AKIA#1' }),
    use({ created: 0, key: '' }),
    use({ principal: `${principal}@2026-03-04T09:00:00.000Z`, created: 0, key: 'AKIA2' }),
  ])
    credOf(state, each)
  const sessions = [...everySession(state)]
  expect(sessions.map(({ creds }) => creds.length)).toEqual([2, 1, 1, 1])
  for (const { id, index } of sessions) expect(sessionById(state, id)?.index, id).toBe(index)
  expect(sessionById(state, `${principal}@2026-03-04T09:00:01.000Z`)).toBeUndefined()
  expect(sessionById(state, principal)).toBeUndefined()
  expect(sessionById(state, '')).toBeUndefined()
})
