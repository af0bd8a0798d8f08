import { parse } from './json.ts'

type Fields = Readonly<Record<string, unknown>>

/** Columns of the CloudTrail table in Athena (AWS documentation, "Query CloudTrail logs"), and the fields that they hold. */
const fields = [
  'eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage',
  'requestParameters responseElements additionalEventData requestID eventID resources eventType apiVersion',
  'readOnly recipientAccountId serviceEventDetails sharedEventID vpcEndpointID vpcEndpointId eventCategory',
  'managementEvent tlsDetails userIdentity sessionCredentialFromConsole edgeDeviceDetails addendum',
  'type principalId arn accountId accessKeyId userName invokedBy sessionContext sessionIssuer attributes',
  'mfaAuthenticated creationDate webIdFederationData federatedProvider sourceIdentity ec2RoleDelivery',
  'identityProvider credentialId onBehalfOf userId identityStoreArn inScopeOf sourceArn sourceAccount',
  'issuerType credentialsIssuedTo signInSessionArn tlsVersion cipherSuite clientProvidedHostHeader',
].flatMap((line) => line.split(' '))

const fieldOf: ReadonlyMap<string, string> = new Map(
  fields.map((name) => [name.toLowerCase(), name]),
)

/** Columns that Athena gives as JSON text. */
const jsonColumns = new Set([
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
  'resources',
  'userIdentity',
  'tlsDetails',
  'addendum',
  'edgeDeviceDetails',
])

/** Below these everything is the caller's, and so are its names. */
const asWritten = new Set([
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'resources',
])

/** A row has the columns' names in lower case, which no record has. */
export const isAthenaRow = (value: Fields): boolean =>
  'eventversion' in value && 'eventname' in value && !('eventName' in value)

export const athenaStruct =
  'Athena prints useridentity as {type=…}, which is not safe to read: SELECT CAST(useridentity AS JSON)'

/** The record that the row shows, or why it cannot be told for sure. */
export function fromAthena(row: Fields): object | string {
  const identity = row['useridentity']
  if (typeof identity === 'string' && /^\s*\{\s*\w+\s*=/.test(identity)) return athenaStruct
  const record: Record<string, unknown> = {}
  for (const [column, cell] of Object.entries(row)) {
    const field = fieldOf.get(column) ?? column
    const value = cellValue(field, cell)
    if (value !== undefined) record[field] = value
  }
  return record
}

function cellValue(field: string, cell: unknown): unknown {
  if (cell === '' || cell === null || cell === undefined) return undefined
  const value = jsonColumns.has(field) && typeof cell === 'string' ? parsed(cell) : cell
  return asWritten.has(field) ? value : renamed(value)
}

function renamed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    entries.map(([name, inner]) => [fieldOf.get(name.toLowerCase()) ?? name, renamed(inner)]),
  )
}

function parsed(text: string): unknown {
  const value = parse(text)
  return value === undefined ? text : value
}
