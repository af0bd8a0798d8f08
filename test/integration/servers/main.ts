/**
 * `node test/integration/servers/main.ts kafka|postgres`: the server of a test, by hand. Prints where it is as one line of JSON and
 * runs until it is asked to end.
 */
import { startKafka } from './kafka.ts'
import { startPostgres } from './postgres.ts'

const which = process.argv[2]
if (which === 'kafka') {
  const { brokers, named, nodes, close } = await startKafka()
  stay({ brokers, named, pids: nodes.map(({ pid }) => pid) }, close)
} else if (which === 'postgres') {
  const { url, pid, close } = await startPostgres()
  stay({ url, pids: [pid] }, close)
} else {
  process.stderr.write('say kafka or postgres\n')
  process.exitCode = 2
}

function stay(what: object, close: () => Promise<void>): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
  const alive = setInterval(() => undefined, 2 ** 30)
  const end = (): void => {
    clearInterval(alive)
    void close()
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}
