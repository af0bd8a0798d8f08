// `npm run check` and `npm test`: every guard and test, then what did not run, then the sum alone
// on the last line. Runs under the pinned Node.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './launch.mjs'

const minute = 60_000

/** Whether this is `npm run test:long`. */
const isLong = process.env.TEST_LONG === '1'

/** Guards that judge the text. One that says nothing wrong counts as one test that passed. */
const guards = {
  format: { command: ['oxfmt/bin/oxfmt', '--check'], limit: minute },
  lint: { command: ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings'], limit: 2 * minute },
  types: { command: ['typescript/bin/tsc', '-p', '.'], limit: 2 * minute },
  'dead code': { command: ['knip/bin/knip.js', '--no-progress'], limit: 2 * minute },
}

/** Tests that need something outside of this repository, by the name `--without` takes. */
const external = {
  moto: ['test/integration/aws/*.moto.test.ts'],
  kafka: ['test/integration/kafka*/**', '**/*.kafka.test.ts'],
  hadolint: ['test/integration/deploy/hadolint.test.ts'],
  promtool: ['test/integration/deploy/promtool.test.ts'],
  helm: ['test/integration/deploy/helm.test.ts'],
  terraform: ['test/integration/deploy/terraform.test.ts'],
  'kubernetes-validate': ['test/integration/deploy/helm.test.ts'],
  postgres: ['test/integration/postgres*/**', '**/*.postgres.test.ts', 'test/integration/hops/**'],
}

/** Which guards and which vitest projects (see vitest.config.ts) belong to which suite. */
const suites = {
  check: { guards: ['format', 'lint', 'types'], projects: ['unit', 'house'], limit: 2 * minute },
  test: { guards: Object.keys(guards), projects: ['*'], limit: (isLong ? 240 : 25) * minute },
}

const [suiteName = 'check', ...argv] = process.argv.slice(2)
const suite = suites[suiteName]
const without = namesLeftOut(argv)
if (without === undefined) process.exitCode = 2
else await main()

async function main() {
  const judged = await Promise.all(suite.guards.map((name) => guard(name)))
  for (const { name, output } of judged.filter(({ failed }) => failed > 0)) {
    process.stdout.write(`\n${name}: failed\n${output}\n`)
  }
  const tested = await vitest()
  const all = [...judged, tested]
  const passed = sum(all.map((result) => result.passed))
  const failed = sum(all.map((result) => result.failed))
  process.stdout.write(`\n${notRun(tested.skipped)}\n${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

/** Names behind `--without`, or undefined after telling what is wrong with them. */
function namesLeftOut(args) {
  const known = Object.keys(external)
  try {
    const options = { without: { type: 'string', multiple: true, default: [] } }
    const { values } = parseArgs({ args, options })
    const names = values.without.flatMap((list) => list.split(','))
    const unknown = names.filter((name) => !known.includes(name))
    if (unknown.length === 0) return names
    process.stderr.write(`--without ${unknown.join(',')}: unknown. Known: ${known.join(', ')}.\n`)
  } catch (error) {
    process.stderr.write(`${error.message}\nUsage: npm test -- [--without NAME[,NAME]]\n`)
  }
  return undefined
}

async function guard(name) {
  const { command, limit } = guards[name]
  const { code, output } = await run(command, limit, 'pipe')
  const isFine = code === 0
  return { name, output, passed: isFine ? 1 : 0, failed: isFine ? 0 : 1 }
}

async function vitest() {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-suite-'))
  try {
    const report = join(folder, 'vitest.json')
    const excluded = without.flatMap((name) => external[name]).flatMap((p) => ['--exclude', p])
    const projects = suite.projects.flatMap((name) => ['--project', name])
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const args = ['vitest/vitest.mjs', 'run', ...projects, ...reporters, ...excluded]
    const { code } = await run(args, suite.limit, 'inherit')
    return counts(code, report)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A run that failed without naming a test, or that found none, is one failure of its own. */
function counts(code, reportFile) {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readReport(reportFile)
  if (numPassedTests + numFailedTests === 0) process.stdout.write('vitest ran no test\n')
  const isUnexplained = numFailedTests === 0 && (code !== 0 || numPassedTests === 0)
  const failed = numFailedTests + (isUnexplained ? 1 : 0)
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'skipped' || status === 'pending')
    .map(({ fullName }) => fullName)
  return { passed: numPassedTests, failed, skipped }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** Runs a tool of node_modules under this Node; its exit status and, if piped, all it printed. */
function run([script, ...args], limit, stdout) {
  const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', stdout, stdout],
    timeout: limit,
    killSignal: 'SIGKILL',
  })
  const chunks = []
  child.stdout?.on('data', (chunk) => chunks.push(chunk))
  child.stderr?.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal) chunks.push(Buffer.from(`stopped by ${signal} (limit ${limit / 1000} s)\n`))
      resolve({ code, output: Buffer.concat(chunks).toString() })
    })
  })
}

function notRun(skipped) {
  const quick = isLong ? [] : ['full counts of property tests (npm run test:long)']
  const parts = {
    check: [...quick, 'dead code, scenarios, contracts (npm test)', 'npm run test:faults'],
    test: [...quick, 'npm run test:containers', 'npm run test:faults', 'npm run bench'],
  }[suiteName]
  const left = without.map((name) => `${name} (left out by --without)`)
  const held = skipped.length > 0 ? [`${skipped.length} skipped tests (${skipped.join(', ')})`] : []
  return `Not run: ${[...left, ...held, ...parts].join('; ')}.`
}

function sum(numbers) {
  return numbers.reduce((total, n) => total + n, 0)
}
