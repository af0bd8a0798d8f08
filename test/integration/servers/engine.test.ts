import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as listening } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { engineAt, imageOf, wishOf } from './engine.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A socket on which this server listens, as an environment names it. */
async function at(server: Server | ReturnType<typeof listening>) {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-engine-'))
  const path = join(folder, 'docker.sock')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  closing.push(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { DOCKER_HOST: `unix://${path}` }
}

test('an engine is one that answers, not one that is merely named or takes connections', async () => {
  const asked: (string | undefined)[] = []
  const engine = createServer(({ url }, answer) => {
    asked.push(url)
    answer.end('OK')
  })
  const named = await at(engine)
  expect(await engineAt(named)).toBe(named.DOCKER_HOST)
  expect(asked).toEqual(['/_ping'])
  const ill = createServer((_, answer) => answer.writeHead(500).end())
  expect(await engineAt(await at(ill))).toBeUndefined()
  const mute = listening((socket) => void closing.push(() => socket.destroy()))
  expect(await engineAt(await at(mute))).toBeUndefined()
  expect(await engineAt({ DOCKER_HOST: 'unix:///no/such.sock' })).toBeUndefined()
  expect(await engineAt({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toBeUndefined()
})

test('what is asked for by name is taken; another word is nothing', async () => {
  expect(await wishOf('jars', 'jars', 'kafka')).toBe('here')
  expect(await wishOf('containers', 'jars', 'kafka')).toBe('containers')
  expect(await wishOf('jars', 'local', 'postgres')).toBeUndefined()
  expect(imageOf('kafka')).toMatch(/^apache\/kafka:4\./)
})
