import { spawn } from 'node:child_process'
import { createServer, Socket } from 'node:net'

/**
 * Runs a shell line when this process dies in any way, SIGKILL included: the pipe to the shell closes then. Call what it returns
 * once there is nothing left to clean up.
 */
export function lastWill(line: string, args: readonly string[]): () => void {
  const shell = spawn('/bin/sh', ['-c', `read _; ${line}`, 'sh', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ignore = (): void => undefined
  shell.on('error', ignore)
  shell.stdin.on('error', ignore)
  shell.unref()
  // A pipe is a socket here: it shall not keep this process alive.
  if (shell.stdin instanceof Socket) shell.stdin.unref()
  return () => void shell.kill('SIGKILL')
}

/** Ports below the ephemeral range of common systems. */
const lowest = 15_000
const ports = 15_000

/**
 * A free port of this machine that no outgoing connection can be given: while a server is down, a client that connects again and
 * again could otherwise take its port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * ports)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })

/** Whether a process of this number runs. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
