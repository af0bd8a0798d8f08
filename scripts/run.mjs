// `node scripts/run.mjs TASK [ARGUMENTS]`: what the scripts of package.json call. Every task does
// all set-up itself, so that a fresh clone needs no other command first.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endAs, ensureInstalled, guarded, root, runNode, SetupError } from './launch.mjs'

/** The product's own entry; everything that a user may also call as `npx keytrail …`. */
const cli = 'services/cli/main.ts'

/** Task → the script that the pinned Node runs, its first arguments and its environment. */
const tasks = {
  start: { script: 'test/demo/main.ts' },
  evaluate: { script: 'test/evaluate/main.ts' },
  docs: { script: cli, args: ['docs'] },
  bench: { script: 'test/bench/main.ts' },
  'test:crash': { script: 'test/crash/main.ts' },
  'test:containers': { script: 'test/containers/main.ts' },
  'test:faults': { script: 'test/faults/main.ts' },
  check: { script: 'scripts/suite.mjs', args: ['check'] },
  test: { script: 'scripts/suite.mjs', args: ['test'] },
  'test:long': { script: 'scripts/suite.mjs', args: ['test'], env: { TEST_LONG: '1' } },
  tools: { script: 'scripts/tools.mjs' },
  format: { script: 'node_modules/oxfmt/bin/oxfmt', args: [] },
}

await guarded(async () => {
  const [name = '', ...rest] = process.argv.slice(2)
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
  if (!task) {
    throw new SetupError(`Unknown task "${name}". Known: ${Object.keys(tasks).join(', ')}.`)
  }
  ensureInstalled()
  const script = join(root, task.script)
  if (!existsSync(script)) throw new SetupError(`${name}: ${task.script} does not exist yet.`)
  const args = [script, ...(task.args ?? []), ...rest]
  // Paths in the arguments are the user's, so they count from where the user stands.
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const inTree = task.script.startsWith('scripts/') || name === 'format'
  endAs(await runNode(args, { cwd: inTree ? root : cwd, ...(task.env && { env: task.env }) }))
})
