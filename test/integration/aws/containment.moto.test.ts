import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import { awsActuator } from '#infra/aws/actuator.ts'
import { iamClient } from '#infra/aws/clients.ts'
import { sqlContainment } from '#infra/sql/containment.ts'
import { containmentPart } from '#infra/sqlite/parts.ts'
import { scratch } from '#infra/sqlite/scratch.fixture.ts'
import { checkChain } from '#shared/facts/chain.ts'
import type { Decision } from '#shared/messages/containment.ts'
import { containment } from '#services/contain/containment.ts'
import { decide } from '#services/contain/decide.ts'
import { defaultContainPolicy } from '#services/contain/policy.ts'
import { finding, node, seen } from '#test/contain.ts'
import { startMoto } from './moto.ts'

/** Account that moto plays when it is told nothing else. */
const account = '123456789012'
const now = Date.parse('2026-05-04T10:00:00Z')

test('a real key goes inactive, is undone, and the audit holds', async () => {
  const moto = await startMoto()
  const place = scratch()
  const access = {
    endpoint: moto.url,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: 'AKIAMOTO', secretAccessKey: 'moto' },
  }
  const iam = iamClient(access)
  const actuator = awsActuator(new Map([[account, access]]), () => now)
  try {
    await iam.send(new CreateUserCommand({ UserName: 'agent' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'agent' }))
    const key = AccessKey?.AccessKeyId ?? ''
    const status = async () => {
      const { AccessKeyMetadata = [] } = await iam.send(
        new ListAccessKeysCommand({ UserName: 'agent' }),
      )
      return AccessKeyMetadata[0]?.Status
    }
    const found = finding('reuse-by-task', { session: key })
    const members = [
      node({ credential: key, principal: `${account}/user/agent`, findings: [found.key] }),
    ]
    const story = seen('inc-1', { members }, [found])
    const store = sqlContainment(place.open([containmentPart]))
    const policy = { ...defaultContainPolicy, mode: 'approve' as const }
    const run = containment({
      store,
      actuator,
      policy,
      accounts: [account],
      clock: () => now,
      look: () => story,
      tell: () => undefined,
    })
    const ask = async (kind: Decision['kind']) => {
      const decision = { kind, about: 'inc-1', option: '', by: 'kim', reason: '', at: now }
      const planned = (handle: string) => store.plan(handle)
      const ledger = { store, at: now, tell: () => undefined }
      const answer = store.together(() =>
        decide(ledger, decision, { policy, ours: new Map(), planned }),
      )
      await run.tick(() => -Infinity)
      return answer.done
    }
    run.hear({ incidents: ['inc-1'], because: 'records', uses: [], at: now })
    await run.tick(() => -Infinity)
    expect(await status()).toBe('Active')
    expect(await ask('approve')).toBe(true)
    expect(await status()).toBe('Inactive')
    expect(store.orders({}).map(({ state }) => state)).toEqual(['applied'])
    expect(await ask('undo')).toBe(true)
    expect(await status()).toBe('Active')
    expect(store.orders({}).map(({ state }) => state)).toEqual(['undone'])
    expect(checkChain(store.links(), [store.head()])).toMatchObject({ intact: true })
  } finally {
    actuator.close()
    iam.destroy()
    place.end()
    await moto.close()
  }
})
