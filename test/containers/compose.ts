import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeOf } from './engine.ts'
import { must, until } from './run.ts'
import { type Check, containerOf, docker, ready, tell, tokenFor, type World } from './world.ts'

/** compose.yaml with everything that it can start, over the trail files of the example. */
export const composeCheck: Check = {
  name: 'compose brings all services up to healthy, and Keytrail raises incidents of a mounted folder',
  run: async (world) => {
    const folder = mkdtempSync(join(tmpdir(), 'keytrail-compose-'))
    try {
      await withCompose(world, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function withCompose(world: World, folder: string): Promise<void> {
  const { engine, root, image } = world
  const [command, ...first] = await composeOf(engine.env)
  const project = image.replace(/\W/g, '')
  const env = { ...engine.env, ...mountedFrom(root, folder), KEYTRAIL_IMAGE: image }
  const file = join(root, 'infra', 'deploy', 'compose.yaml')
  const compose = async (...args: readonly string[]): Promise<string> =>
    await must(command, [...first, '-f', file, '-p', project, '--profile', 'cluster', ...args], {
      env: { ...env, ...anyPort },
    })
  try {
    await compose('config', '--quiet')
    await compose('up', '--detach', '--no-build')
    const ids = (await compose('ps', '--quiet')).trim().split('\n')
    assert.equal(ids.length, 3)
    for (const id of ids) await healthy(world, id)
    const keytrail = containerOf(world, (await compose('ps', '--quiet', 'keytrail')).trim())
    await raises(keytrail)
    await compose('restart', 'keytrail')
    await ready(await keytrail.url())
    await raises(keytrail)
  } catch (error) {
    process.stdout.write(await compose('logs', '--tail=20').catch(String))
    throw error
  } finally {
    await compose('down', '--volumes', '--timeout=30')
  }
}

/** Ports that are free, whatever else runs on this machine. */
const anyPort = { KEYTRAIL_PORT: '0', POSTGRES_PORT: '0', KAFKA_PORT: '0' }

/** Copies that the user of the container may read, whatever the rights of this checkout are. */
function mountedFrom(root: string, folder: string): NodeJS.ProcessEnv {
  const company = join(root, 'examples', 'company')
  const logs = join(folder, 'logs')
  for (const part of ['AWSLogs', 'agents'])
    cpSync(join(company, part), join(logs, part), { recursive: true })
  const config = join(folder, 'keytrail.yaml')
  const settings = readFileSync(join(company, 'keytrail.yaml'), 'utf8')
  writeFileSync(config, `${settings}folders: [trail=/logs]\n`, { mode: 0o644 })
  chmodSync(folder, 0o755)
  return { KEYTRAIL_LOGS: logs, KEYTRAIL_CONFIG: config }
}

const healthy = async (world: World, id: string): Promise<true> =>
  await until(`${id} healthy`, async () => {
    const state = await docker(world, 'inspect', '--format', '{{.State.Health.Status}}', id)
    return state.trim() === 'healthy' ? true : undefined
  })

async function raises(keytrail: ReturnType<typeof containerOf>): Promise<void> {
  const url = await keytrail.url()
  const found = await until('incidents', async () => {
    const list = (await keytrail.exec('keytrail', 'incidents', 'list', '--json')).trim()
    return list === '' ? undefined : list.split('\n')
  })
  assert.ok(found.length > 0)
  const token = await tokenFor(keytrail, `reporter-${Date.now()}`)
  assert.equal(await tell(url, token, `t-${Date.now()}`), 200)
}
