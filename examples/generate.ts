import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesOf } from './company/files.ts'

/** Writes the files of the example anew: `node examples/generate.ts`. */
for (const [name, text] of filesOf()) {
  const path = join(import.meta.dirname, 'company', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
