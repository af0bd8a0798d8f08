import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { brokersKnownAt } from '#test/integration/servers/kafka-ask.ts'
import { startKafka } from '#test/integration/servers/kafka.ts'
import { isThere } from '#test/integration/servers/processes.ts'

test('a broker answers, outlives a kill -9 with what it kept, and goes', async () => {
  const kafka = await startKafka()
  try {
    const [node] = kafka.nodes
    if (!node) throw new Error('a broker of others is not disturbed: leave TEST_KAFKA out')
    const was = node.pid
    await node.signal('SIGKILL')
    await expect(brokersKnownAt(node.port)).rejects.toThrow(/ECONNREFUSED|closed/)
    await node.restart()
    expect(node.pid).not.toBe(was)
    expect(await brokersKnownAt(node.port)).toBe(1)
  } finally {
    await kafka.close()
  }
  expect(kafka.nodes.some(({ pid }) => isThere(pid))).toBe(false)
})

test('no broker outlives who started it, however that ends', async () => {
  const program = fileURLToPath(new URL('../servers/main.ts', import.meta.url))
  const child = spawn(process.execPath, [program, 'kafka'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { pids } = JSON.parse(line) as { pids: number[] }
  expect(pids.length).toBe(1)
  expect(pids.every(isThere)).toBe(true)
  child.kill('SIGKILL')
  while (pids.some(isThere)) await sleep(50)
  expect(pids.some(isThere)).toBe(false)
})
