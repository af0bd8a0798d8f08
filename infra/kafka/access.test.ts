import { afterEach, expect, test, vi } from 'vitest'
import { accessOf } from './access.ts'
import { silent } from '#test/serve.ts'

afterEach(() => vi.unstubAllEnvs())

test('a token for MSK is a request to the cluster, signed by who we are', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE000000001')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'CANARY')
  const sasl = { mechanism: 'aws-msk-iam', region: 'eu-west-1' } as const
  const given = { brokers: ['b:9098'], tls: true, sasl }
  const access = accessOf(given, 'topics: in', { environment: {}, cwd: '/', log: silent })
  expect(access.tls).toEqual({})
  if (access.sasl?.mechanism !== 'oauthbearer') throw new Error('another mechanism')
  const { value } = await access.sasl.oauthBearerProvider()
  const request = new URL(Buffer.from(value, 'base64url').toString())
  expect(request.host).toBe('kafka.eu-west-1.amazonaws.com')
  const said = Object.fromEntries(request.searchParams)
  expect(said).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
  })
  expect(said['X-Amz-Credential']).toMatch(
    /^AKIAEXAMPLE000000001\/\d{8}\/eu-west-1\/kafka-cluster\/aws4_request$/,
  )
  expect(request.href).not.toContain('CANARY')
})
