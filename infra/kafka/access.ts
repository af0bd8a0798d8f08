import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type kafkajs from 'kafkajs'
import type { KafkaAccess } from '#shared/config/kafka.ts'
import { reasonOf, Unusable } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import { secretAt, type Environment } from '#infra/files/secret.ts'
import type { ClusterAccess } from './client.ts'

export type AccessOptions = {
  /** Secrets that `env:` names are read from. */
  readonly environment: Environment
  /** Where relative paths count from; absolute. */
  readonly cwd: string
  readonly log: Log
}

/**
 * Reads what a setting refers to: certificates, keys, passwords. They live in memory only.
 *
 * @param whose what the access is for, in words
 * @throws Unusable if a file or a secret is missing
 */
export function accessOf(given: KafkaAccess, whose: string, options: AccessOptions): ClusterAccess {
  const sasl = given.sasl && saslOf(given.sasl, whose, options.environment)
  const tls = tlsOf(given.tls, whose, options.cwd)
  return { brokers: given.brokers, log: options.log, ...(tls && { tls }), ...(sasl && { sasl }) }
}

function tlsOf(tls: KafkaAccess['tls'], whose: string, cwd: string): ConnectionOptions | undefined {
  if (typeof tls === 'boolean') return tls ? {} : undefined
  const { ca, cert, key, serverName: servername } = tls
  const read = (path: string): string => textOf(resolve(cwd, path), whose)
  return {
    ...(ca !== undefined && { ca: read(ca) }),
    ...(cert !== undefined && { cert: read(cert) }),
    ...(key !== undefined && { key: read(key) }),
    ...(servername !== undefined && { servername }),
  }
}

function textOf(path: string, whose: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Unusable(`${whose}: ${path}: ${reasonOf(cause)}`, { cause })
  }
}

function saslOf(
  sasl: NonNullable<KafkaAccess['sasl']>,
  whose: string,
  environment: Environment,
): kafkajs.SASLOptions {
  if (sasl.mechanism === 'oauthbearer') {
    const token = (): string => secretAt(sasl.token, whose, environment)
    token()
    // Anew at each login: tokens are short-lived, and somebody else writes the next one.
    const oauthBearerProvider = async () => await Promise.resolve({ value: token() })
    return { mechanism: 'oauthbearer', oauthBearerProvider }
  }
  if (sasl.mechanism === 'aws-msk-iam')
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => await mskToken(sasl) }
  const { mechanism, username } = sasl
  return { mechanism, username, password: secretAt(sasl.password, whose, environment) }
}

type MskIam = Extract<KafkaAccess['sasl'], { mechanism: 'aws-msk-iam' }>

/** A signed request as a token, good for a quarter of an hour (MSK Developer Guide, "IAM access control"). */
async function mskToken({ region, profile: awsProfileName }: MskIam): Promise<{ value: string }> {
  // Loaded only here: few have MSK, and it brings clients of AWS along.
  const signer = await import('aws-msk-iam-sasl-signer-js')
  const { token } =
    awsProfileName === undefined
      ? await signer.generateAuthToken({ region })
      : await signer.generateAuthTokenFromProfile({ region, awsProfileName })
  return { value: token }
}
