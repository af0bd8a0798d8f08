import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesOf } from '../../examples/company/files.ts'
import { commandLine } from '#test/command-line.ts'
import { files } from '#infra/files/files.ts'

const company = join(import.meta.dirname, '..', '..', 'examples', 'company')

test('the files of the example are as its script writes them: node examples/generate.ts', () => {
  for (const [name, text] of filesOf()) expect(readFileSync(join(company, name), 'utf8')).toBe(text)
})

test('npm start shows two true incidents, nothing of the normal day, and the way on', async () => {
  const { status, out } = await commandLine(files, ['example'])
  expect(status).toBe(0)
  expect(out).toContain('2 incidents: 1 critical, 1 high.')
  expect(out).toContain('was used by task newsletter-0504 of agent support')
  expect(out).toContain('made an access key for user backup')
  expect(out).toContain('npx keytrail replay')
  for (const innocent of ['terraform', 'dana@example.com', 'i-0a1b2c3d4e5f60718', 'month-end'])
    expect(out).not.toContain(innocent)
})
