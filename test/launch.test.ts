import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

/** What a fresh clone meets first: the launcher, the names of tasks, and the sum of CI. */

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'keytrail-launch-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Ended = { readonly status: number | null; readonly out: string; readonly err: string }

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } })
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (text.out += String(chunk)))
  child.stderr.on('data', (chunk) => (text.err += String(chunk)))
  child.stdin.end()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, ...text }))
  })
}

const node = (script: string, ...args: string[]) =>
  run(process.execPath, [join(root, script), ...args])

test('the command runs from any folder and passes output and status through', async () => {
  expect(await node('bin/keytrail.mjs', '--version')).toMatchObject({ status: 0, err: '' })
  expect(await node('bin/keytrail.mjs', 'nothing')).toMatchObject({ status: 2, out: '' })
})

test('an unknown task lists the known ones', async () => {
  const { status, err } = await node('scripts/run.mjs', 'tset')
  expect(status).toBe(1)
  expect(err).toMatch(/^Unknown task "tset"\. Known: start, .*test.*\.\n$/)
})

test.each([
  [['--without', 'kafak'], '--without kafak: unknown. Known: moto, kafka, '],
  [['--wihtout=kafka'], 'Usage: npm test -- [--without NAME[,NAME]]\n'],
])('npm test refuses %j', async (args, message) => {
  const { status, err } = await node('scripts/suite.mjs', 'test', ...args)
  expect(status).toBe(2)
  expect(err).toContain(message)
})

/** A tree in which `npm` is ours and prints what the row says. */
function treeWhereNpmDoes(name: string, script: string, hasCorpus: boolean): string {
  const clone = join(folder, name, 'clone')
  cpSync(join(root, '.ci'), join(clone, '.ci'), { recursive: true })
  const npm = join(clone, 'npm')
  writeFileSync(npm, `#!/bin/sh\n${script}\n`)
  chmodSync(npm, 0o755)
  if (hasCorpus) mkdirSync(join(folder, name, 'shared', 'corpus'), { recursive: true })
  return clone
}

/** What npm does as `npm --silent test`, or as `npm --silent run test:containers`; any other part has two tests that pass. */
const part = (words: string, text: string) =>
  `case "$*" in *"${words}") ${text};; *) echo "2 passed, 0 failed";; esac`
const tests = (text: string) => part('silent test', text)
const containers = (text: string) => part('test:containers', text)

test.skipIf(process.platform === 'win32').each([
  ['all passes', 'echo "5 passed, 0 failed"', true, '15 passed, 0 failed', 0],
  ['no records are there', 'echo "5 passed, 0 failed"', false, '10 passed, 0 failed', 0],
  ['a test fails', tests('echo "5 passed, 1 failed"; exit 1'), true, '9 passed, 1 failed', 1],
  [
    'a failure has no count',
    tests('echo "5 passed, 0 failed"; exit 1'),
    true,
    '9 passed, 1 failed',
    1,
  ],
  ['a count has no status', tests('echo "5 passed, 1 failed"'), true, '9 passed, 1 failed', 1],
  ['no test ran', tests('echo "0 passed, 0 failed"'), true, '4 passed, 1 failed', 1],
  ['nothing is said', tests('true'), true, '4 passed, 1 failed', 1],
  [
    'the count is not last',
    tests('echo "5 passed, 0 failed"; echo bye'),
    true,
    '4 passed, 1 failed',
    1,
  ],
  [
    'no container engine is there',
    containers('echo "SKIP containers: none"; echo "0 passed, 0 failed"'),
    true,
    '4 passed, 0 failed',
    0,
  ],
  [
    'containers are required and not there',
    containers('echo "failed containers: none"; echo "0 passed, 1 failed"; exit 1'),
    true,
    '4 passed, 1 failed',
    1,
  ],
  [
    'containers say nothing',
    containers('echo "0 passed, 0 failed"'),
    true,
    '4 passed, 1 failed',
    1,
  ],
  [
    'the tests would like to be skipped',
    tests('echo "SKIP all: no time"; echo "0 passed, 0 failed"'),
    true,
    '4 passed, 1 failed',
    1,
  ],
  ['it crashes', tests('kill -9 $$'), true, '4 passed, 1 failed', 1],
])('CI when %s', async (name, script, hasCorpus, last, status) => {
  const clone = treeWhereNpmDoes(name, script, hasCorpus)
  const path = [clone, process.env['PATH']].join(delimiter)
  const ended = await run(join(clone, '.ci', 'run'), [], { PATH: path })
  expect(ended.out.trimEnd().split('\n').at(-1)).toBe(last)
  expect(ended.status).toBe(status)
})
