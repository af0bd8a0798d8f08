import { createHash } from 'node:crypto'

/** Our accounts in the examples: one where work is done, one that keeps data; and somebody else's. */
export const home = '111122223333'
export const data = '444455556666'
export const outsider = '777788889999'

/** Where a program runs and what it calls itself. */
export type Place = { readonly address: string; readonly agent: string }

const boto = 'Boto3/1.42.11 md/Botocore#1.42.11 ua/2.1 os/linux lang/python#3.13'
export const places = {
  cluster: { address: '198.51.100.20', agent: boto },
  broker: {
    address: '198.51.100.10',
    agent: 'aws-sdk-js/3.970.0 ua/2.1 os/linux lang/js md/nodejs#24.4.0',
  },
  office: {
    address: '198.51.100.77',
    agent: 'aws-cli/2.33.4 md/awscrt#0.29 ua/2.1 os/macos lang/python#3.13',
  },
  browser: { address: '198.51.100.78', agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)' },
  terraform: {
    address: '198.51.100.90',
    agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.14.2 aws-sdk-go-v2/1.40.0',
  },
  instance: {
    address: '198.51.100.31',
    agent: 'aws-sdk-go-v2/1.40.0 ua/2.1 os/linux lang/go#1.25',
  },
  stranger: {
    address: '203.0.113.99',
    agent: 'aws-cli/2.33.4 md/awscrt#0.29 ua/2.1 os/linux lang/python#3.13',
  },
} as const satisfies Record<string, Place>

/** Who signs calls: the identity as CloudTrail shows it, and the place. */
export type Actor = {
  readonly account: string
  readonly key: string
  readonly arn: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly place: Place
  /** More fields that all its records have. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** The same credential in another place. */
export const at = (actor: Actor, place: Place): Actor => ({ ...actor, place })

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A UUID of version 4 that a text decides. */
export function uuid(text: string): string {
  const hex = digest(text)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A key id that tells whose it is, such as `AKIAEXAMPLEANA7G2QXW`. */
export function keyId(prefix: 'AKIA' | 'ASIA', name: string): string {
  const word = name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 5)
  const rest = BigInt(`0x${digest(name).slice(0, 16)}`)
    .toString(32)
    .toUpperCase()
    .replace(/[0189]/g, 'X')
  return `${prefix}EXAMPLE${word}${rest}`.slice(0, 20).padEnd(20, 'X')
}

const uniqueId = (prefix: 'AIDA' | 'AROA', name: string): string =>
  `${prefix}EXAMPLE${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`.padEnd(21, 'X').slice(0, 21)

/** An IAM user with a long-lived key. */
export function user(name: string, place: Place, key = keyId('AKIA', name), account = home): Actor {
  const arn = `arn:aws:iam::${account}:user/${name}`
  const identity = {
    type: 'IAMUser',
    principalId: uniqueId('AIDA', name),
    arn,
    accountId: account,
    accessKeyId: key,
    userName: name,
  }
  return { account, key, arn, identity, place }
}

export type SessionOptions = {
  readonly account?: string
  readonly key?: string
  /** RFC 3339. */
  readonly created: string
  readonly place: Place
  readonly sourceIdentity?: string
  /** More fields of sessionContext. */
  readonly context?: Readonly<Record<string, unknown>>
  readonly more?: Readonly<Record<string, unknown>>
}

/** A session of a role. */
export function session(role: string, name: string, options: SessionOptions): Actor {
  const { account = home, created, place, sourceIdentity, context, more } = options
  const key = options.key ?? keyId('ASIA', `${role} ${name} ${created}`)
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${name}`
  const identity = {
    type: 'AssumedRole',
    principalId: `${uniqueId('AROA', role)}:${name}`,
    arn,
    accountId: account,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: uniqueId('AROA', role),
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: created, mfaAuthenticated: 'false' },
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...context,
    },
  }
  return { account, key, arn, identity, place, ...(more && { more }) }
}

/** A key of an instance, as the metadata service gives it out. */
export const instance = (role: string, id: string, created: string, place: Place): Actor =>
  session(role, id, { created, place, context: { ec2RoleDelivery: '2.0' } })
