import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const advice =
  'moto_server is not there: pip install "moto[server]==5.2.1", or leave these tests out with npm test -- --without moto'

/** A running moto (an AWS of its own in Python) on a free port. */
export async function startMoto(): Promise<{
  readonly url: string
  /** From now on calls need a permission, but for the next so many. */
  readonly guard: (after: number) => Promise<void>
  readonly close: () => Promise<void>
}> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  ended.catch(() => undefined)
  const url = await addressOf(child)
  return {
    url,
    guard: async (after) => {
      const body = String(after)
      await (await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body })).arrayBuffer()
    },
    close: async () => {
      child.kill()
      await ended
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error(advice)))
    child.once('exit', (code) => reject(new Error(`${advice} (it ended with status ${code})`)))
    if (!child.stderr) return
    createInterface(child.stderr).on('line', (line) => {
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
}
