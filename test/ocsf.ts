import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** The compiled schema of OCSF 1.8.0 lies beside the repository where releases are accepted. */
const schemaFile = new URL('../../shared/ocsf/ocsf-1.8.0.schema.json', import.meta.url)

/** What the schema of OCSF says against an event; nothing where there is no schema. */
export const ocsfProblems: (event: unknown) => readonly unknown[] = existsSync(schemaFile)
  ? bySchema(JSON.parse(readFileSync(schemaFile, 'utf8')) as object)
  : () => []

function bySchema(schema: object): (event: unknown) => readonly unknown[] {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema)
  return (event) => (validate(event) ? [] : (validate.errors ?? []))
}
