import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { awsActuator } from '#infra/aws/actuator.ts'
import { eventHistory } from '#infra/aws/event-history.ts'
import type { Credential } from '#infra/fake-aws/call.ts'
import { awsPermissions } from '#infra/aws/permissions.ts'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import { commandLine, linesOf } from '#test/command-line.ts'
import { house } from '#test/doors/house.ts'
import { noMachine, noQueues } from '#test/machine.ts'
import type { TimedCut } from '#shared/messages/cut.ts'
import { Refused } from '#shared/ports/actuator.ts'

const page = readFileSync(
  fileURLToPath(new URL('../../../docs/connect-aws.md', import.meta.url)),
  'utf8',
)

type Statement = { Sid?: string; Effect: string; Action: string | string[]; Resource: unknown }
type Document = { Version: string; Statement: Statement[] }

/** The policy that stands on the page under this word. */
function documentOf(word: string): Document {
  const text = page.split(`\`\`\`json ${word}\n`)[1]?.split('```')[0]
  if (text === undefined) throw new Error(`the page has no policy "${word}"`)
  return JSON.parse(text) as Document
}

const account = '111122223333'
const start = Date.parse('2026-05-04T10:00:00Z')
const anything: Document = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

let open: FakeAws | undefined
afterEach(async () => open?.close())

async function world(responder: Document = documentOf('responder')) {
  let now = start
  const aws = await createFakeAws({ seed: 5, now: () => now, propagation: [0, 0] })
  open = aws
  const trust = JSON.stringify(documentOf('trust'))
  const service = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  })
  const host = aws.addRole(account, { name: 'keytrail-host', trust: service })
  const reader = aws.addRole(account, { name: 'keytrail-reader', trust })
  const cutting = aws.addRole(account, { name: 'keytrail-responder', trust })
  const agent = aws.addRole(account, { name: 'deployer', trust: service })
  aws.setPolicy(account, 'role/keytrail-reader', 'keytrail', JSON.stringify(documentOf('reader')))
  aws.setPolicy(account, 'role/keytrail-responder', 'keytrail', JSON.stringify(responder))
  aws.setPolicy(account, 'role/deployer', 'Work', JSON.stringify(anything))
  aws.addUser(account, 'break-glass')
  aws.addUser(account, 'bot')
  aws.setPolicy(account, 'user/bot', 'Work', JSON.stringify(anything))
  const machine = aws.assumeRole(
    { service: 'ec2.amazonaws.com' },
    { RoleArn: host.arn, RoleSessionName: 'i-0123456789abcdef0' },
  )
  const sessionOf = (RoleArn: string) =>
    aws.assumeRole(machine, { RoleArn, RoleSessionName: 'keytrail' })
  const key = aws.addKey(account, 'bot')
  return {
    aws,
    machine,
    key,
    agentSession: aws.assumeRole(
      { service: 'ec2.amazonaws.com' },
      { RoleArn: agent.arn, RoleSessionName: 'task-1' },
    ),
    reader: sessionOf(reader.arn),
    responder: sessionOf(cutting.arn),
    pass: (ms: number) => (now += ms),
  }
}

const accessOf = (aws: FakeAws, { key, secret, token = '' }: Credential) => ({
  endpoint: aws.url,
  allowOtherEndpoint: true,
  credentials: { accessKeyId: key, secretAccessKey: secret, sessionToken: token },
})

const codeOf = (aws: FakeAws, credential: Credential, call: string, params = {}): string => {
  const [service = '', action = ''] = call.split(':')
  const answer = aws.call({ credential, service, action, params })
  return answer.ok ? 'ok' : answer.code
}

const cutsOn = (key: string): TimedCut[] => [
  { kind: 'disable-key', account, user: 'bot', key, issuedBefore: start + 1 },
  {
    kind: 'deny-session',
    account,
    role: 'deployer',
    session: 'task-1',
    issuedBefore: start + 1,
  },
  { kind: 'deny-user-sessions', account, user: 'bot', issuedBefore: start + 1 },
]

/** Every cut and its undo; why the first was refused that was. */
async function cutAll(aws: FakeAws, responder: Credential, key: string): Promise<string> {
  const actuator = awsActuator(new Map([[account, accessOf(aws, responder)]]), () => start)
  try {
    for (const cut of cutsOn(key)) {
      const prior = await actuator.inspect(cut)
      await actuator.apply(cut, prior, 'order')
      await actuator.undo(cut, prior, 'order')
    }
    return 'done'
  } catch (error) {
    if (error instanceof Refused) return error.because
    throw error
  } finally {
    actuator.close()
  }
}

test('the reader reads the history, and may do nothing else', async () => {
  const { aws, reader } = await world()
  const history = eventHistory(accessOf(aws, reader))
  const query = { region: 'eu-west-1', from: start - 60_000, until: start }
  expect(await history.page(query)).toMatchObject({ as: 'page' })
  history.close()
  for (const call of ['iam:ListUsers', 'secretsmanager:GetSecretValue', 's3:GetObject'])
    expect(codeOf(aws, reader, call)).toBe('AccessDenied')
  const key = { UserName: 'bot', AccessKeyId: 'x', Status: 'Inactive' }
  expect(codeOf(aws, reader, 'iam:UpdateAccessKey', key)).toBe('AccessDenied')
})

test('the responder makes every cut and its undo', async () => {
  const { aws, responder, key } = await world()
  expect(await cutAll(aws, responder, key.key)).toBe('done')
  expect(aws.keyStatus(key.key)).toBe('Active')
})

test('each action of its policy is needed', async () => {
  const whole = documentOf('responder')
  const allowed = whole.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(
    (s) => s.Action,
  )
  expect(allowed.length).toBeGreaterThan(5)
  for (const left of allowed) {
    const Statement = whole.Statement.map((each) =>
      each.Effect === 'Deny'
        ? each
        : { ...each, Action: [each.Action].flat().filter((action) => action !== left) },
    ).filter(({ Action: actions }) => actions.length > 0)
    const { aws, responder, key } = await world({ ...whole, Statement })
    expect([left, await cutAll(aws, responder, key.key)]).toEqual([left, 'no-permission'])
    await aws.close()
  }
})

test('the responder may neither make credentials nor touch itself nor the way in', async () => {
  const { aws, responder } = await world()
  const put = { PolicyName: 'x', PolicyDocument: JSON.stringify(anything) }
  const denied: [string, object][] = [
    ['iam:CreateAccessKey', { UserName: 'bot' }],
    ['iam:CreateUser', { UserName: 'eve' }],
    ['iam:DeleteUser', { UserName: 'bot' }],
    [
      'iam:AttachUserPolicy',
      { UserName: 'bot', PolicyArn: 'arn:aws:iam::aws:policy/IAMFullAccess' },
    ],
    ['iam:UpdateAssumeRolePolicy', { RoleName: 'deployer', PolicyDocument: put.PolicyDocument }],
    ['iam:PutRolePolicy', { RoleName: 'keytrail-responder', ...put }],
    ['iam:PutRolePolicy', { RoleName: 'keytrail-reader', ...put }],
    ['iam:PutUserPolicy', { UserName: 'break-glass', ...put }],
    ['secretsmanager:GetSecretValue', {}],
    ['cloudtrail:LookupEvents', {}],
    ['cloudtrail:StopLogging', {}],
  ]
  for (const [call, params] of denied)
    expect([call, codeOf(aws, responder, call, params)]).toEqual([call, 'AccessDenied'])
})

test('only the machine assumes the roles, and may do nothing itself', async () => {
  const { aws, machine, key, agentSession } = await world()
  expect(codeOf(aws, machine, 'iam:ListUsers')).toBe('AccessDenied')
  const asked = {
    RoleArn: `arn:aws:iam::${account}:role/keytrail-responder`,
    RoleSessionName: 'eve',
  }
  for (const other of [key, agentSession])
    expect(() => aws.assumeRole(other, asked)).toThrow('AccessDenied')
})

test('who carries out cuts is not cut by them', async () => {
  const { aws, responder } = await world()
  const actuator = awsActuator(new Map([[account, accessOf(aws, responder)]]), () => start)
  const cut = {
    kind: 'deny-session',
    account,
    role: 'keytrail-responder',
    session: 'keytrail',
    issuedBefore: start + 1,
  } as const
  const prior = { kind: 'deny-session', entity: 'x', issuedBefore: null, document: null } as const
  const refused = await actuator.apply(cut, prior, 'order').catch((error: unknown) => error)
  actuator.close()
  expect(refused).toMatchObject({ because: 'ourselves' })
})

test('a cut is seen denied where it matters, and gone with the undo', async () => {
  const { aws, responder, key, agentSession } = await world()
  const actuator = awsActuator(new Map([[account, accessOf(aws, responder)]]), () => start)
  const token = aws.getSessionToken(key, {})
  const read = (credential: Credential) => codeOf(aws, credential, 'secretsmanager:GetSecretValue')
  const all = () => [key, agentSession, token].map(read)
  const cuts = []
  for (const cut of cutsOn(key.key)) {
    const prior = await actuator.inspect(cut)
    await actuator.apply(cut, prior, 'order')
    cuts.push({ cut, prior })
  }
  expect(all()).toEqual(['InvalidClientTokenId', 'AccessDenied', 'AccessDenied'])
  for (const { cut, prior } of cuts.toReversed()) await actuator.undo(cut, prior, 'order')
  actuator.close()
  expect(all()).toEqual(['ok', 'ok', 'ok'])
})

const settings = `
aws:
  accounts:
    - { id: '${account}', regions: [us-east-1], reader: reader, responder: responder }
`

const silentAgent = {
  agent: 'deployer',
  uses: { agent: {}, task: {} },
  principals: 1,
  unseen: [],
  requests: 0,
  longLived: { uses: 0, keys: [] },
  sources: [],
}

/** What doctor says of both roles, asked with the credentials that their profiles would give. */
async function permissionsOf(
  { aws, reader, responder }: Awaited<ReturnType<typeof world>>,
  named: readonly string[] = [],
) {
  const home = await house()
  home.vitals = { agents: [{ ...silentAgent, named }] }
  const { url } = home
  const machine = {
    ...noMachine,
    cloud: async () =>
      await Promise.resolve({
        ...noQueues,
        history: eventHistory,
        actuator: () => {
          throw new Error('doctor cuts nothing')
        },
        permissions: ({ profile }: { readonly profile?: string }) =>
          awsPermissions(accessOf(aws, profile === 'reader' ? reader : responder)),
      }),
  }
  const argv = ['doctor', '--json', '--url', url]
  const { out } = await commandLine({ 'keytrail.yaml': settings }, argv, false, machine)
  const of = (role: string) =>
    linesOf(out).find(({ what }) => what === `permissions of the ${role} in ${account}`)
  return { reader: of('reader'), responder: of('responder') }
}

test('doctor says that it may not ask, and once it may, what each role is denied', async () => {
  const at = await world()
  const unknown = { is: 'unknown', says: expect.stringContaining('not measurable') as string }
  expect(await permissionsOf(at)).toMatchObject({ reader: unknown, responder: unknown })
  const { aws } = at
  aws.setPolicy(account, 'role/keytrail-reader', 'doctor', JSON.stringify(documentOf('doctor')))
  expect(await permissionsOf(at)).toMatchObject({
    reader: { is: 'fine' },
    responder: { is: 'fine', says: expect.stringContaining('all 10 actions') as string },
  })
  const whole = documentOf('responder')
  const [keys] = whole.Statement
  aws.setPolicy(
    account,
    'role/keytrail-responder',
    'keytrail',
    JSON.stringify({ ...whole, Statement: [keys] }),
  )
  // Whether that is enough depends on whom it must cut.
  const { responder: unknowing } = await permissionsOf(at)
  expect(unknowing).toMatchObject({ is: 'unknown', todo: expect.any(String) as string })
  expect(unknowing?.['says']).toContain('is not allowed iam:GetUser, iam:GetUserPolicy')
  expect(unknowing?.['says']).not.toContain('UpdateAccessKey')
  const { responder } = await permissionsOf(at, [`${account}/role/deployer`])
  expect(responder).toMatchObject({ is: 'wrong', todo: expect.any(String) as string })
  expect(responder?.['says']).toContain(`may not cut ${account}/role/deployer: reading role`)
})

/** The page's policy of the responder, narrowed as the page says. */
function narrowed(by: 'path' | 'tag'): Document {
  const whole = documentOf('responder')
  const condition = { Condition: { StringEquals: { 'iam:ResourceTag/keytrail': 'may-cut' } } }
  return {
    ...whole,
    Statement: whole.Statement.map((each) => {
      if (each.Effect === 'Deny') return each
      if (by === 'tag') return { ...each, ...condition }
      return { ...each, Resource: String(each.Resource).replace('/*', '/agents/*') }
    }),
  }
}

test.each(['path', 'tag'] as const)(
  'a responder that is bound to a %s is right if it reaches whom agents act as',
  async (by) => {
    const at = await world(narrowed(by))
    const { aws } = at
    aws.setPolicy(account, 'role/keytrail-reader', 'doctor', JSON.stringify(documentOf('doctor')))
    const trust = JSON.stringify(documentOf('trust'))
    aws.addRole(account, { name: 'inside', trust, path: '/agents/' })
    aws.addUser(account, 'batch', '/agents/')
    aws.addUser(account, 'admin')
    aws.setPolicy(account, 'user/admin', 'All', JSON.stringify(anything))
    const admin = aws.addKey(account, 'admin')
    const Tags = [{ Key: 'keytrail', Value: 'may-cut' }]
    expect(codeOf(aws, admin, 'iam:TagRole', { RoleName: 'inside', Tags })).toBe('ok')
    expect(codeOf(aws, admin, 'iam:TagUser', { UserName: 'batch', Tags })).toBe('ok')
    const reached = ['role/inside', 'role/inside/task-1', 'user/batch'].map(
      (each) => `${account}/${each}`,
    )
    const { responder: fine } = await permissionsOf(at, reached)
    expect(fine).toMatchObject({ is: 'fine' })
    expect(fine?.['says']).toContain('may cut all 3 that agents act as')
    const { responder } = await permissionsOf(at, [...reached, `${account}/role/deployer`])
    expect(responder).toMatchObject({ is: 'wrong' })
    expect(responder?.['says']).toContain(`may not cut ${account}/role/deployer`)
    // Nobody is known to be cut: then nobody knows.
    expect((await permissionsOf(at)).responder).toMatchObject({ is: 'unknown' })
  },
)

test('roles of our own under a path are found where the reader may look at them', async () => {
  const aws = await createFakeAws({ seed: 6, now: () => start, propagation: [0, 0] })
  open = aws
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  })
  const role = aws.addRole(account, { name: 'keytrail-reader', trust, path: '/security/' })
  const allow = (...actions: string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: role.arn }],
    })
  const look = async (): Promise<string> => {
    const session = aws.assumeRole(
      { service: 'ec2.amazonaws.com' },
      { RoleArn: role.arn, RoleSessionName: 'keytrail' },
    )
    const permissions = awsPermissions(accessOf(aws, session))
    try {
      const asked = [{ action: 'cloudtrail:LookupEvents', resource: '*' }]
      const denied = await permissions.denied(await permissions.identity(), asked)
      return denied.map(({ action }) => action).join()
    } catch (cause) {
      return (cause as Refused).because
    } finally {
      permissions.close()
    }
  }
  aws.setPolicy(account, 'role/keytrail-reader', 'doctor', allow('iam:SimulatePrincipalPolicy'))
  expect(await look()).toBe('no-permission')
  aws.setPolicy(
    account,
    'role/keytrail-reader',
    'doctor',
    allow('iam:SimulatePrincipalPolicy', 'iam:GetRole'),
  )
  expect(await look()).toBe('cloudtrail:LookupEvents')
})

test('what doctor asks for is what the page gives', async () => {
  const at = await world()
  at.aws.setPolicy(account, 'role/keytrail-reader', 'doctor', JSON.stringify(documentOf('doctor')))
  at.aws.setPolicy(
    account,
    'role/keytrail-responder',
    'keytrail',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'iam:*', Resource: '*' }],
    }),
  )
  const { responder } = await permissionsOf(at)
  const allowed = documentOf('responder').Statement.flatMap(({ Effect, Action: actions }) =>
    Effect === 'Allow' ? [actions].flat() : [],
  )
  const denied = String(responder?.['says']).split('is denied ')[1]?.split(', ') ?? []
  expect(denied.toSorted()).toEqual(allowed.toSorted())
})
