import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { isThere } from '#test/integration/servers/processes.ts'
import { startPostgres, type PostgresServer } from '#test/integration/servers/postgres.ts'

let open: PostgresServer | undefined
afterEach(async () => await open?.close())

const answers = (url: string): boolean => {
  try {
    return execFileSync('psql', [url, '-Atc', 'select 1'], { stdio: 'pipe' }).toString() === '1\n'
  } catch {
    return false
  }
}

test('a server answers, outlives a kill -9 with what it kept, and goes', async () => {
  const server = await startPostgres()
  open = server
  expect(answers(server.url)).toBe(true)
  const was = server.pid
  await server.signal('SIGKILL')
  expect(answers(server.url)).toBe(false)
  await server.restart()
  expect(server.pid).not.toBe(was)
  expect(answers(server.url)).toBe(true)
})

test('no server outlives who started it, however that ends', async () => {
  const program = fileURLToPath(new URL('../servers/main.ts', import.meta.url))
  const child = spawn(process.execPath, [program, 'postgres'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { pids } = JSON.parse(line) as { pids: number[] }
  expect(pids.every(isThere)).toBe(true)
  child.kill('SIGKILL')
  while (pids.some(isThere)) await sleep(50)
  expect(pids.some(isThere)).toBe(false)
})
