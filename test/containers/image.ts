import assert from 'node:assert/strict'
import { join } from 'node:path'
import { must, run } from './run.ts'
import { type Check, docker, metric, ready, removed, started, tell, tokenFor } from './world.ts'

/** What the image must be, and do, where nothing can be written but its volume. */
export const imageChecks: readonly Check[] = [
  {
    name: 'the image is built from its Dockerfile',
    run: async ({ engine, root, image }) => {
      const file = join(root, 'infra', 'deploy', 'Dockerfile')
      await must('docker', ['build', '--file', file, '--tag', image, root], { env: engine.env })
    },
  },
  {
    name: 'it runs as nobody in particular, and carries no tests and no package manager',
    run: async (world) => {
      const format = '{{.Config.User}} {{json .Config.Healthcheck.Test}}'
      const config = await docker(world, 'image', 'inspect', '--format', format, world.image)
      assert.match(config, /^1000:1000 \["CMD",/)
      const look = `
        const { readdirSync, existsSync, accessSync, constants } = require('node:fs')
        const files = readdirSync('/app', { recursive: true }).filter((f) => !f.startsWith('node_modules'))
        const may = (path) => { try { accessSync(path, constants.W_OK); return [path] } catch { return [] } }
        console.log(JSON.stringify({
          tests: files.filter((f) => /\\.(test|fixture)\\.ts$|^(test|docs|\\.git)\\//.test(f)),
          managers: ['npm', 'npx', 'yarn', 'corepack'].filter((n) => existsSync('/usr/local/bin/' + n)),
          writable: ['/', '/app', '/app/node_modules', '/app/services/cli/main.ts', '/usr/local/bin', '/etc/keytrail'].flatMap(may),
          linters: ['vitest', 'oxlint', 'typescript'].filter((n) => existsSync('/app/node_modules/' + n)),
        }))`
      const found = await docker(
        world,
        'run',
        '--rm',
        '--entrypoint=node',
        world.image,
        '--eval',
        look,
      )
      assert.deepEqual(JSON.parse(found), { tests: [], managers: [], writable: [], linters: [] })
    },
  },
  {
    name: 'without TLS, and without the word that something in front speaks it, it refuses to start',
    run: async ({ engine: { env }, image }) => {
      const volume = '--tmpfs=/var/lib/keytrail:uid=1000,mode=0700'
      const { status, err } = await run('docker', ['run', '--rm', volume, image], { env })
      assert.equal(status, 1)
      assert.match(err, /tokens would cross the network in the clear/)
    },
  },
  {
    name: 'read-only and without capabilities: it is healthy, takes a report with a token only, and keeps it over a kill',
    run: async (world) => {
      const name = `${world.image.replace(/\W/g, '-')}-alone`
      try {
        await survives(world, name)
      } finally {
        await removed(world, [name], [name])
      }
    },
  },
]

async function survives(world: Parameters<Check['run']>[0], name: string): Promise<void> {
  const container = await started(world, name, name)
  const url = await container.url()
  const health = await fetch(`${url}/healthz`)
  assert.deepEqual([health.status, await health.json()], [200, { ok: true }])
  assert.match(await container.exec('node', '/app/bin/in-image/health.mjs'), /^200 /)
  const token = await tokenFor(container, 'orchestrator')
  assert.equal(await tell(url, undefined, 't-1'), 401)
  assert.equal(await tell(url, token, 't-1'), 200)
  assert.equal(await metric(url, token, 'keytrail_log_batches_total'), 1)
  assert.match(await container.exec('keytrail', 'doctor'), /orchestrator/)

  await docker(world, 'kill', '--signal=KILL', name)
  await docker(world, 'start', name)
  const again = await container.url()
  await ready(again)
  assert.equal(await metric(again, token, 'keytrail_log_batches_total'), 1)
  assert.equal(await tell(again, token, 't-2'), 200)

  // A second container of the same volume waits for nobody: it says who is there, and ends.
  const volume = `--volume=${name}:/var/lib/keytrail`
  const second = await run(
    'docker',
    ['run', '--rm', volume, '--env=KEYTRAIL_HTTP_BEHIND_TLS=true', world.image],
    { env: world.engine.env },
  )
  assert.equal(second.status, 1)
  assert.match(second.err, /is in use by process \d+ on /)

  await docker(world, 'stop', '--time=60', name)
  const ended = await docker(world, 'inspect', '--format', '{{.State.ExitCode}}', name)
  assert.equal(ended.trim(), '0')
}
