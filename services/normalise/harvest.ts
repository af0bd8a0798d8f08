import type { Call } from './call.ts'
import { count, fields, firstText, isTrue, list, text, texts, type Fields } from './fields.ts'

/** A recursive read of the root of the parameter store counts as this many names: one call reads them all. */
export const namesOfWholeStore = 10

/** Names of one call beyond this are not kept: a burst is far below. */
const mostNames = 100

type Reader = (call: Call) => readonly string[]

/** Secrets Manager appends six random signs to the name in an ARN (User Guide, "secret name"). */
function secretName(id: string): string {
  const at = id.indexOf(':secret:')
  return at < 0 ? id : id.slice(at + ':secret:'.length).replace(/-[A-Za-z0-9]{6}$/, '')
}

/** Who names the version knows the secret already, as infrastructure tools do when they compare. */
const oneSecret: Reader = ({ params }) =>
  firstText(params, 'versionId') === '' ? [secretName(text(params['secretId']))] : []

/** A list of secrets, or filters: by name its reader knows what he wants; else it is a search, each page of which is many. */
const manySecrets: Reader = ({ params }) => {
  const ids = texts(params['secretIdList']).map(secretName)
  const filters = list(params['filters']).map(fields)
  const sought = filters.flatMap((filter) =>
    texts(filter['values']).map((value) => `filter:${text(filter['key'])}=${value}`),
  )
  if (filters.length === 0 || filters.some(isByName)) return [...ids, ...sought]
  const page = `${sought.join()}#${text(params['nextToken']).slice(-12)}`
  const most = Math.min(count(params['maxResults']) || secretsOnPage, secretsOnPage)
  return Array.from({ length: most }, (_, i) => `${page}#${i + 1}`)
}

/** Answers of BatchGetSecretValue hold at most so many (Secrets Manager API Reference). */
const secretsOnPage = 20

/** A leading `!` asks for all others. */
const isByName = (filter: Fields): boolean =>
  text(filter['key']) === 'name' && texts(filter['values']).every((value) => !value.startsWith('!'))

const decrypted =
  (names: Reader): Reader =>
  (call) =>
    isTrue(call.params['withDecryption']) ? names(call) : []

/** One path is one name, each further page another; the whole store is `namesOfWholeStore` names. */
const byPath: Reader = ({ params }) => {
  const path = text(params['path'])
  const page = text(params['nextToken']).slice(-12)
  const whole = path === '/' && isTrue(params['recursive'])
  const one = page === '' ? path : `${path}#${page}`
  return whole ? Array.from({ length: namesOfWholeStore }, (_, i) => `${one}#${i + 1}`) : [one]
}

/** Calls that hand out secrets, by `service:action`. A single GetParameter by name is nothing: its reader knows the name. */
export const harvests: Readonly<Record<string, Reader>> = {
  'secretsmanager:GetSecretValue': oneSecret,
  'secretsmanager:BatchGetSecretValue': manySecrets,
  'ssm:GetParameters': decrypted(({ params }) => texts(params['names'])),
  'ssm:GetParametersByPath': decrypted(byPath),
  'ssm:GetParameterHistory': decrypted(({ params }) => [text(params['name'])]),
  'ec2:GetPasswordData': ({ params }) => [`password of ${text(params['instanceId'])}`],
  'ec2:DescribeInstanceAttribute': ({ params }) =>
    text(params['attribute']) === 'userData' ? [`user data of ${text(params['instanceId'])}`] : [],
  'lightsail:GetInstanceAccessDetails': ({ params }) => [
    `access to ${text(params['instanceName'])}`,
  ],
  'lightsail:GetRelationalDatabaseMasterUserPassword': ({ params }) => [
    `password of ${text(params['relationalDatabaseName'])}`,
  ],
}

/** The names, each once, in their order; undefined where there are none. */
export function readHarvest(reader: Reader, call: Call): readonly string[] | undefined {
  const names = [...new Set(reader(call).filter((name) => name !== ''))]
  return names.length > 0 ? names.slice(0, mostNames) : undefined
}

export type { Reader as HarvestReader }
