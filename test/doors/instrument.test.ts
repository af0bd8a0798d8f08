import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { house, tokenOf } from './house.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/instrument.md', root), 'utf8')

/** The only block of a language on the page. */
function block(language: string): string {
  const blocks = page.split('```').filter((text) => text.startsWith(`${language}\n`))
  expect(blocks).toHaveLength(1)
  return (blocks[0] ?? '').slice(language.length + 1)
}

const programs = {
  ts: [process.execPath, '--input-type=module-typescript', '-e'],
  python: ['python3', '-I', '-c'],
}

describe.each(['ts', 'python'] as const)('docs/instrument.md, %s', (language) => {
  test('is at most 30 lines', () => {
    const lines = block(language).trimEnd().split('\n')
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30)
  })

  test('runs as it stands, and what it tells arrives', async () => {
    const { url, said } = await house()
    const [program = '', ...flags] = programs[language]
    const environment = { PATH: process.env['PATH'], KEYTRAIL_URL: url, KEYTRAIL_TOKEN: tokenOf(2) }
    const { stdout } = await run(program, [...flags, block(language)], {
      cwd: root,
      env: environment,
    })
    expect(stdout).toBe('')
    expect(said()).toContainEqual(
      expect.objectContaining({
        kind: 'tool.called',
        task: 't-1',
        tool: 'read_table',
        agent: 'ledger',
        requestIds: ['REQUEST-1'],
        source: 'ledger-host',
      }),
    )
  })
})
