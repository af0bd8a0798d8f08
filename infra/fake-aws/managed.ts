import type { Account } from './state.ts'

const allowing = (action: string | readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  })

/** Policies of AWS that are needed here; the lists of the real ones are longer where they name services. */
const ofAws: ReadonlyMap<string, string> = new Map([
  ['AdministratorAccess', allowing('*')],
  ['IAMFullAccess', allowing('iam:*')],
  ['ReadOnlyAccess', allowing(['*:Get*', '*:List*', '*:Describe*', 'cloudtrail:LookupEvents'])],
  ['AmazonS3FullAccess', allowing('s3:*')],
  ['AmazonDynamoDBFullAccess', allowing('dynamodb:*')],
  ['SecretsManagerReadWrite', allowing('secretsmanager:*')],
  [
    'AWSDenyAll',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
    }),
  ],
])

const awsPrefix = 'arn:aws:iam::aws:policy/'

/** Text of a managed policy as it is in effect; undefined: there is none of this ARN. */
export function managedDocument(arn: string, account: Account, now: number): string | undefined {
  if (arn.startsWith(awsPrefix)) return ofAws.get(arn.slice(awsPrefix.length))
  return account.policies.get(arn)?.inEffect(now)
}

export const isManaged = (arn: string, account: Account): boolean =>
  account.policies.has(arn) || (arn.startsWith(awsPrefix) && ofAws.has(arn.slice(awsPrefix.length)))
