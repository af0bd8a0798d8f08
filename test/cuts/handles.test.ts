import { expect, test } from 'vitest'
import type { Credential } from '#infra/fake-aws/call.ts'
import { account } from '#test/simulator/company.ts'
import { house, type House } from './house.ts'
import { tried } from './thefts.ts'

/** SEMANTICS D3, D4: whenever it is learnt whose a credential is, there is one page and one order. */

const arn = `arn:aws:iam::${account}:role/reports`
const statement = (rule: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rule }] })

/** A session of a role that nobody has registered yet. */
function sessionIn({ aws }: House): Credential {
  const trust = statement({
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
  })
  aws.addRole(account, { name: 'reports', trust })
  aws.setPolicy(account, 'role/reports', 'Work', statement({ Action: '*', Resource: '*' }))
  aws.addUser(account, 'scheduler')
  aws.setPolicy(account, 'user/scheduler', 'Start', statement({ Action: 'sts:*', Resource: '*' }))
  return aws.assumeRole(aws.addKey(account, 'scheduler'), {
    RoleArn: arn,
    RoleSessionName: 'weekly',
  })
}

const learn = (town: House): Promise<void> =>
  town.report('orchestrator', {
    kind: 'agent.registered',
    id: 'reports',
    time: new Date(town.now()).toISOString(),
    agent: 'reports',
    principals: [arn],
    sources: ['orchestrator'],
  })

const moments = [
  'before the raise',
  'before the word of a person',
  'before the cut',
  'after the cut',
]

test.each([...moments, 'never'])('the agent is learnt %s: one page, one order', async (moment) => {
  const town = await house({ contain: { approve: ['*'] } })
  const at = async (now: string): Promise<void> => {
    if (now === moment) await learn(town)
    await town.pass(2_000)
  }
  const session = sessionIn(town)
  await at('before the raise')
  for (let n = 0; n < 25; n++) {
    tried(town, session, {
      service: 'secretsmanager',
      action: 'GetSecretValue',
      params: { SecretId: `prod/${n}` },
    })
    await town.pass(200)
  }
  await town.pass(2_000)
  const [page = '', ...more] = town.pages()
  expect(more).toEqual([])
  await at('before the word of a person')
  // Held by the kill switch between the word and the cut.
  await town.run(['contain', 'stop'])
  await town.run(['approve', page])
  await at('before the cut')
  expect(town.orders().map(({ state }) => state)).toEqual(['approved'])
  await town.run(['contain', 'resume'])
  await town.pass(60_000)
  expect(town.orders().map(({ state }) => state)).toEqual(['applied'])
  await at('after the cut')
  await town.pass(120_000, 5_000)

  expect(town.pages()).toEqual([page])
  expect(town.orders().map(({ key, incidents }) => [key, incidents])).toEqual([
    [`deny-session/session:${account}/role/reports/weekly/1`, [page]],
  ])
  const shown = JSON.parse(await town.run(['incidents', 'show', page, '--json']))
  expect(shown.subject).toBe(
    moment === 'never' ? `principal:${account}/user/scheduler` : 'agent:reports',
  )
  const changes = town.heard().filter((each) => each.startsWith('changed: agent is known'))
  expect(changes).toHaveLength(moment === 'never' || moment === 'before the raise' ? 0 : 1)
})
