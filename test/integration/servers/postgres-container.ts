import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { engineHost, readyMs, startContainer } from './container.ts'
import { imageOf } from './engine.ts'
import type { PostgresServer } from './postgres.ts'
import { freePort } from './processes.ts'

/** Only the server that is there for others says that it listens on an address; the one that makes the database does not. */
const line = /listening on IPv4 address[\s\S]*database system is ready to accept connections/

/** PostgreSQL in a container. It does not outlive this process, however that ends. */
export async function startInContainer(): Promise<PostgresServer> {
  const password = randomBytes(12).toString('hex')
  // The same one after a restart.
  const port = await freePort()
  const settings = { POSTGRES_USER: 'test', POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' }
  const server = await startContainer({
    image: imageOf('postgres'),
    ports: new Map([[5_432, port]]),
    options: Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`),
  })
  const ready = async (): Promise<void> => {
    for (const end = Date.now() + readyMs; Date.now() < end && !server.isGone(); await sleep(100))
      if (line.test(server.log())) return
    throw new Error(`PostgreSQL is not ready\n${server.log().slice(-2_000)}`)
  }
  try {
    await ready()
  } catch (thrown) {
    await server.close()
    throw thrown
  }
  return {
    url: `postgres://test:${password}@${engineHost()}:${port}/postgres`,
    get pid() {
      return server.pid
    },
    signal: server.signal,
    signalOne: server.signalOne,
    async restart() {
      await server.signal('SIGINT')
      server.start()
      await ready()
    },
    close: server.close,
  }
}
