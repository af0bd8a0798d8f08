import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { lintRows, rightFiles, typeRows } from './tidy/offences.ts'
import { noLiteralOf } from './tidy/corpus.ts'
import { rules } from './tidy/rules.ts'
import { ruleIds, semanticsAreTested } from './tidy/semantics.ts'

/**
 * Who guards the guards: each rule of lint, types and tidy is broken once on purpose, in a small
 * tree of its own, and must give its advice.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'keytrail-guards-'))
let complaints: readonly Complaint[] = []
let refusals = ''

const Complaint = z.object({
  filename: z.string(),
  code: z.string().default(''),
  message: z.string(),
  help: z.string().default(''),
})
type Complaint = z.infer<typeof Complaint>

beforeAll(async () => {
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, name), join(folder, name))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const rows = [...lintRows, ...typeRows].map(([, file, text]) => [file, text] as const)
  for (const [file, text] of [...rows, ...Object.entries(rightFiles)]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${text}\n`)
  }
  const linted = run('oxlint/bin/oxlint', ['--type-aware', '--format=json'])
  const compiled = run('typescript/bin/tsc', ['-p', '.', '--pretty', 'false'])
  const report: unknown = JSON.parse(await linted)
  complaints = z.object({ diagnostics: z.array(Complaint) }).parse(report).diagnostics
  refusals = await compiled
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a tool prints about the small tree; that it ends with a failure is what we want. */
function run(tool: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const script = join(root, 'node_modules', tool)
    const options = { cwd: folder, maxBuffer: 16_000_000, timeout: 30_000 }
    const done = (_: unknown, stdout: string) => resolve(stdout)
    execFile(process.execPath, [script, ...args], options, done).stdin?.end()
  })
}

function said(file: string): string[] {
  const about = complaints.filter((c) => c.filename.replaceAll('\\', '/').endsWith(file))
  return about.map(({ code, message, help }) => `${code}: ${message} ${help}`)
}

test.each(lintRows)('lint: %s', (_, file, _text, advice) => {
  expect(said(file).join('\n')).toContain(advice)
})

test.each(typeRows)('types: %s', (_, file, _text, code) => {
  const about = refusals.split('\n').filter((line) => line.startsWith(`${file}(`))
  expect(about.join('\n')).toContain(code)
})

test.each(Object.keys(rightFiles))('lint: nothing wrong with %s', (file) => {
  expect(said(file)).toEqual([])
})

const manifest = '{"version":"1.2.3"}'
const broken: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'files are short': ['shared/long.ts', '\n'.repeat(301)],
  'every detection is listed': ['services/detect/detections/new-one.ts', ''],
  'no package runs a script when it is installed': [
    'package-lock.json',
    '"hasInstallScript": true',
  ],
  'the lock file names no registry': ['package-lock.json', '"resolved": "https://example.com/a"'],
  'dependencies are pinned exactly': ['package.json', '{"dependencies":{"a":"^1.0.0"}}'],
  'no test is left out': ['shared/a.test.ts', `it.${'skip'}('x')`],
  'nothing is put off in a comment': ['shared/a.ts', `// ${'TO'}DO later`],
  'pure code reads no clock': ['services/join/a.ts', 'const x = new Date()'],
  'no path or host of one machine': ['docs/a.md', `see ${'/home'}/me/keytrail`],
  'the text speaks of the product only': ['docs/a.md', `${'Co-authored'}-by: somebody`],
  'the change log knows this version': ['CHANGELOG.md', '## 1.2.2'],
}

test.each(rules.map((rule) => [rule.name, rule] as const))('tidy: %s', (name, rule) => {
  const [file = '', text = ''] = broken[name] ?? []
  expect(
    rule.broken(
      new Map([
        ['package.json', manifest],
        [file, text],
      ]),
    ),
  ).toHaveLength(1)
  const right = new Map([
    ['package.json', manifest],
    ['CHANGELOG.md', '## 1.2.3'],
  ])
  expect(rule.broken(right)).toEqual([])
})

test('tidy: a literal of a record, or the name of an attack tool, in a detection', () => {
  const records = join(folder, 'records')
  mkdirSync(records, { recursive: true })
  const record = { userIdentity: { accountId: '444455556666', userName: 'deploy-bot' } }
  writeFileSync(join(records, 'a.jsonl'), `not JSON\n${JSON.stringify(record)}\n`)
  const detection = (text: string) => new Map([['services/detect/detections/a.ts', text]])
  const rule = noLiteralOf(records)
  expect(rule.broken(detection(`if (user === 'deploy-bot')`))).toHaveLength(1)
  expect(rule.broken(detection(`/^stratus-red-team/.test(agent)`))).toHaveLength(1)
  expect(rule.broken(detection(`if (user === 'another-bot')`))).toEqual([])
})

test.each([
  ['names a test that is there', '- **A1** `x`\n  _Tests:_ `is\n  there`', ruleIds.length - 1],
  [
    'says why it has none',
    '- **A1** x\n  _Not yet covered:_ needs live sources',
    ruleIds.length - 1,
  ],
  ['names a test that is not there', '- **A1** x\n  _Tests:_ `is gone`', ruleIds.length],
  ['says nothing', '- **A1** x', ruleIds.length],
])('tidy: a rule of the semantics that %s', (_, row, count) => {
  const tests = `test('is there', () => undefined)`
  const tree = new Map([
    ['docs/semantics.md', row],
    ['shared/a.test.ts', tests],
  ])
  expect(semanticsAreTested.broken(tree)).toHaveLength(count)
})
