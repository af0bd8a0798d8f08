import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { faults } from './faults.ts'
import { planted } from './plant.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it.each(faults)('"$name" still fits the code', async (fault) => {
  const text = await readFile(join(root, fault.file), 'utf8')
  expect(planted(text, fault), `${fault.file}: ${fault.find}`).toBeDefined()
})

it('a text that is not there, or there twice, takes no fault', () => {
  const [fault] = faults
  if (!fault) throw new Error('no faults')
  expect(planted('nothing', fault)).toBeUndefined()
  expect(planted(`${fault.find} ${fault.find}`, fault)).toBeUndefined()
  expect(planted(`a ${fault.find} b`, fault)).toBe(`a ${fault.replace} b`)
})
