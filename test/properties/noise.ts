import { chanceFrom } from '#services/replay/chance.ts'
import {
  activity,
  home,
  issuing,
  keyId,
  record,
  recordBy,
  type Call,
  type Credential,
} from './records.ts'

/** What goes on beside the agents' sessions: grants, denials, secrets, instances, consoles, services, masks. */
export function noise(seed: number, start: number): { records: unknown[]; nobody: string[] } {
  const chance = chanceFrom(seed ^ 0x5bd1e995)
  const below = (max: number): number => Math.floor(chance() * max)
  let n = start
  const records: unknown[] = []
  const call = (by: Credential, what: Call): void => void records.push(record(n++, by, what))
  const user = (name: string, key: number): Credential => ({
    account: home,
    kind: 'user',
    name,
    session: '',
    key: keyId('AKIA', key),
  })
  const [ann, bob, eve] = [user('ann', 1), user('bob', 2), user('eve', 3)]

  // A grant, and what the other one does with it.
  call(ann, { at: 100, service: 'iam', action: 'CreateUser', params: { userName: 'bob' } })
  call(ann, {
    at: 101,
    service: 'iam',
    action: 'AttachUserPolicy',
    params: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  })
  call(ann, {
    at: 102,
    service: 'iam',
    action: 'CreateAccessKey',
    params: { userName: 'bob' },
    response: { accessKey: { userName: 'bob', accessKeyId: bob.key, status: 'Active' } },
  })
  call(bob, { at: 200, service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } })
  // Denials, some of which are only settling; secrets; a key that reaches every bound.
  for (let i = 0; i < 14; i++) {
    const params = { roleName: `role-${i}` }
    call(eve, { at: 300 + i, service: 'iam', action: 'GetRole', denied: true, params })
    if (i % 2 === 0) call(eve, { at: 320 + i, service: 'iam', action: 'GetRole', params })
  }
  for (let i = 0; i < 16; i++)
    call(eve, {
      at: 400 + i,
      service: 'secretsmanager',
      action: 'GetSecretValue',
      params: { secretId: `secret-${i}` },
    })
  for (let i = 0; i < 80; i++)
    call(ann, {
      at: 500 + i,
      action: `Get${i}`,
      service: 'ec2',
      address: `203.0.113.${i}`,
      agent: `client/${i % 70}`,
    })

  // An instance, its twin key, and somebody who works from the address where one of them turns up.
  const instance = (key: number): Credential => ({
    account: home,
    kind: 'role',
    name: 'web',
    session: 'i-0123456789abcdef0',
    key: keyId('ASIA', key),
    created: 50,
    instance: true,
  })
  for (const each of [instance(20), instance(21)])
    records.push(
      recordBy(n++, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, home, {
        at: 50,
        address: 'ec2.amazonaws.com',
        ...issuing(each),
      }),
    )
  for (let i = 0; i < 4; i++)
    call(instance(20), { at: 120 + i * 60, address: '192.0.2.50', agent: 'amazon-ssm-agent/3.3' })
  call(eve, {
    at: 330,
    service: 'ssm',
    action: 'SendCommand',
    address: '203.0.113.66',
    agent: 'aws-cli/2.31.0',
    params: { instanceIds: ['i-0123456789abcdef0'], documentName: 'AWS-RunShellScript' },
  })
  call(instance(21), { at: 340, address: '203.0.113.66', agent: 'aws-cli/2.31.0' })

  // A console session: one creationDate, many keys.
  for (let i = 0; i < 6; i++)
    call(
      { ...user('kim', 0), key: keyId('ASIA', 40 + i), created: 60 },
      {
        at: 200 + i * 20,
        address: i % 2 ? '10.8.0.4' : '198.51.100.77',
        more: { sessionCredentialFromConsole: 'true' },
      },
    )

  // Calls that services forward, masked keys, and a tool call that names the requests it made.
  const forwarded = { ...user('ann', 0), key: keyId('ASIA', 60), created: 90 }
  const forward = record(n++, forwarded, {
    at: 95,
    service: 'kms',
    action: 'Decrypt',
    address: 's3.amazonaws.com',
    agent: 's3.amazonaws.com',
  })
  records.push({
    ...forward,
    userIdentity: { ...(forward['userIdentity'] as object), invokedBy: 's3.amazonaws.com' },
  })
  const mask = 'AKIA****************'
  for (const name of ['pat', 'sam']) call({ ...user(name, 0), key: mask }, { at: 130 + below(100) })
  records.push(
    activity('agent.registered', `${seed}`, 0, {
      agent: 'a-9',
      principals: [`arn:aws:iam::${home}:user/kim`],
    }),
  )
  return { records, nobody: [forwarded.key, mask] }
}
