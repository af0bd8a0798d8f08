import type { Maker } from './maker.ts'
import { home, issuing, keyId, record, recordBy, type Credential } from './records.ts'

const user = (name: string, key: string): Credential => ({
  account: home,
  kind: 'user',
  name,
  session: '',
  key,
})
const ann = user('ann', keyId('AKIA', 1))
const bob = user('bob', keyId('AKIA', 2))
const eve = user('eve', keyId('AKIA', 3))
const mask = 'AKIA****************'

/**
 * What goes on beside the agents' sessions: grants, denials, secrets, instances, consoles, services, masks.
 * @returns keys that must not become anybody's credential
 */
export function noise(maker: Maker): string[] {
  grant(maker)
  denials(maker)
  bounds(maker)
  instances(maker)
  consoleSession(maker)
  for (const name of ['pat', 'sam']) maker.call(user(name, mask), { at: 130 + maker.below(100) })
  maker.say('agent.registered', 0, { agent: 'a-9', principals: [`arn:aws:iam::${home}:user/kim`] })
  return [forwarded(maker), mask]
}

/** Somebody makes a key for another, and the other one uses it. */
function grant({ call }: Maker): void {
  const iam = (at: number, action: string, more: object): void =>
    call(ann, { at, service: 'iam', action, ...more })
  const policyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  iam(100, 'CreateUser', { params: { userName: 'bob' } })
  iam(101, 'AttachUserPolicy', { params: { userName: 'bob', policyArn } })
  iam(102, 'CreateAccessKey', {
    params: { userName: 'bob' },
    response: { accessKey: { userName: 'bob', accessKeyId: bob.key, status: 'Active' } },
  })
  call(bob, { at: 200, service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } })
}

/** Denials, every second of which is only settling; then a harvest. */
function denials({ call }: Maker): void {
  for (let i = 0; i < 14; i++) {
    const read = { service: 'iam', action: 'GetRole', params: { roleName: `role-${i}` } }
    call(eve, { at: 300 + i, denied: true, ...read })
    if (i % 2 === 0) call(eve, { at: 320 + i, ...read })
  }
  for (let i = 0; i < 16; i++) {
    const params = { secretId: `secret-${i}` }
    call(eve, { at: 400 + i, service: 'secretsmanager', action: 'GetSecretValue', params })
  }
}

/** More actions and places than a credential keeps. */
function bounds({ call }: Maker): void {
  for (let i = 0; i < 80; i++) {
    const place = { address: `203.0.113.${i}`, agent: `client/${i % 70}` }
    call(ann, { at: 500 + i, service: 'ec2', action: `Get${i}`, ...place })
  }
}

/** An instance with a twin key, and somebody who works from the address where one of them turns up. */
function instances({ call, records, next }: Maker): void {
  const id = 'i-0123456789abcdef0'
  const keyOf = (key: number): Credential => ({
    account: home,
    kind: 'role',
    name: 'web',
    session: id,
    key: keyId('ASIA', key),
    created: 50,
    instance: true,
  })
  const [honest, stolen] = [keyOf(20), keyOf(21)]
  const ec2 = { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }
  for (const each of [honest, stolen])
    records.push(
      recordBy(next(), ec2, home, { at: 50, address: 'ec2.amazonaws.com', ...issuing(each) }),
    )
  for (let i = 0; i < 4; i++)
    call(honest, { at: 120 + i * 60, address: '192.0.2.50', agent: 'amazon-ssm-agent/3.3' })
  const thief = { address: '203.0.113.66', agent: 'aws-cli/2.31.0' }
  const params = { instanceIds: [id], documentName: 'AWS-RunShellScript' }
  call(eve, { at: 330, service: 'ssm', action: 'SendCommand', ...thief, params })
  call(stolen, { at: 340, ...thief })
}

/** One creationDate, many keys. */
function consoleSession({ call }: Maker): void {
  for (let i = 0; i < 6; i++) {
    const kim = { ...user('kim', keyId('ASIA', 40 + i)), created: 60 }
    const address = i % 2 ? '10.8.0.4' : '198.51.100.77'
    call(kim, { at: 200 + i * 20, address, more: { sessionCredentialFromConsole: 'true' } })
  }
}

/** A call that a service made for ann, with a key of its own. */
function forwarded({ records, next }: Maker): string {
  const by = { ...user('ann', keyId('ASIA', 60)), created: 90 }
  const service = 's3.amazonaws.com'
  const made = record(next(), by, {
    at: 95,
    service: 'kms',
    action: 'Decrypt',
    address: service,
    agent: service,
  })
  records.push({
    ...made,
    userIdentity: { ...(made['userIdentity'] as object), invokedBy: service },
  })
  return by.key
}
