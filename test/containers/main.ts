/**
 * `npm run test:containers`: builds the image of infra/deploy, runs it as it is meant to run, brings compose.yaml up to healthy, and
 * runs tests on servers in containers. Where no container engine can be had it prints SKIP with the reason, which REQUIRE_CONTAINERS=1 turns into a failure.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { composeCheck } from './compose.ts'
import { engineFor } from './engine.ts'
import { imageChecks } from './image.ts'
import { run } from './run.ts'
import { serversCheck } from './servers.ts'
import type { Check, World } from './world.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.exitCode = await main()

async function main(): Promise<number> {
  const engine = await engineFor(root, nodeOf(root))
  if ('skip' in engine) {
    const required = process.env['REQUIRE_CONTAINERS'] === '1'
    say(`${required ? 'failed' : 'SKIP'} containers: ${engine.skip}`)
    say(`0 passed, ${required ? 1 : 0} failed`)
    return required ? 1 : 0
  }
  const { env } = engine
  const world = { engine, root, image: `keytrail-test:${process.pid}` }
  say(`Images: ${engine.images}.`)
  try {
    const checks = [...imageChecks, composeCheck, serversCheck]
    const failed = await failedOf(checks, world)
    say(`${checks.length - failed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  } finally {
    await run('docker', ['image', 'rm', '--force', world.image], { env })
    await engine.close()
  }
}

/** Runs the checks in their order. Without an image nothing else can be checked, so all the rest failed. */
async function failedOf(checks: readonly Check[], world: World): Promise<number> {
  let failed = 0
  for (const [i, { name, run: check }] of checks.entries()) {
    const start = performance.now()
    try {
      await check(world)
      say(`ok ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    } catch (error) {
      say(`failed ${name}: ${error instanceof Error ? error.message : String(error)}`)
      failed++
      if (i === 0) return checks.length
    }
  }
  return failed
}

/** The version of Node that the Dockerfile builds on. */
function nodeOf(folder: string): string {
  const text = readFileSync(join(folder, 'infra', 'deploy', 'Dockerfile'), 'utf8')
  const version = /^ARG NODE=node:([\d.]+)-slim$/m.exec(text)?.[1]
  if (version === undefined)
    throw new Error('infra/deploy/Dockerfile: names no Node by its version')
  return version
}
