import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** The compiled schema of OCSF 1.8.0 lies beside the repository where releases are accepted. */
const schemaFile = new URL('../../shared/ocsf/ocsf-1.8.0.schema.json', import.meta.url)

/** Whether it does. Tests that need it are skipped where not, and `npm test` names them. */
export const hasOcsf = existsSync(schemaFile)

/** What the schema of OCSF says against each of these events. @throws where there is no schema */
export function ocsfProblems(events: readonly unknown[]): readonly unknown[] {
  const problems = bySchema(JSON.parse(readFileSync(schemaFile, 'utf8')) as object)
  return events.flatMap(problems)
}

function bySchema(schema: object): (event: unknown) => readonly unknown[] {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema)
  return (event) => (validate(event) ? [] : (validate.errors ?? []))
}
