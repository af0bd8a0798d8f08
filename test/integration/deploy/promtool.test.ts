import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chart, tool } from './tool.ts'

const files = join(chart, 'files')

test('promtool understands the alert rules', async () => {
  const checked = await tool('promtool', ['check', 'rules', 'alerts.yaml'], files)
  expect(checked).toMatchObject({ status: 0, out: expect.stringContaining('rules found') })
})

test('alerts fire when they should, and not before', async () => {
  const tested = await tool('promtool', ['test', 'rules', 'alerts.test.yaml'], files)
  expect([tested.status, tested.err]).toEqual([0, ''])
})

test('promtool understands what the dashboard asks', async () => {
  const { panels } = JSON.parse(readFileSync(join(files, 'dashboard.json'), 'utf8'))
  const exprs = panels.flatMap(({ targets }: { targets: { expr: string }[] }) => targets)
  const rules = exprs.map(({ expr }: { expr: string }, i: number) => ({
    record: `panel:${i}`,
    expr,
  }))
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-promtool-'))
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'r.yaml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    const checked = await tool('promtool', ['check', 'rules', 'r.yaml'], folder)
    expect([checked.status, checked.err]).toEqual([0, ''])
    expect(checked.out).toContain(`${exprs.length} rules found`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
