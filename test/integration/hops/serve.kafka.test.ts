import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { openInPostgres } from '#infra/postgres/data-file.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { broker } from '#test/integration/kafka/broker.ts'
import { place } from '#test/integration/postgres/place.ts'

const { kafka } = broker()
const { fresh } = place()
const root = fileURLToPath(new URL('../../../', import.meta.url))
const program = join(root, 'services/cli/main.ts')

const children = new Set<ChildProcess>()
const folders: string[] = []
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('serve --only: one process reads a folder, two share the rest, and come to what replay says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-workers-'))
  folders.push(folder)
  cpSync(join(root, 'examples/company'), join(folder, 'company'), { recursive: true })
  const settings = {
    partitions: 3,
    data: fresh(),
    database: { leaseSeconds: 3 },
    workers: { brokers: kafka().brokers, prefix: `serve-${process.pid}`, copies: 1 },
    issuers: ['arn:aws:iam::111122223333:role/task-broker', 'orchestrator'],
    accounts: { trusted: ['111122223333', '444455556666'] },
  }
  writeFileSync(join(folder, 'keytrail.yaml'), JSON.stringify(settings))
  let said = ''
  const run = (...words: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => (said += text.toString()))
    return child
  }
  const ended = async (child: ChildProcess): Promise<number | null> =>
    ((await once(child, 'close')) as [number | null])[0]

  expect(await ended(run('serve', '--only', 'effects'))).toBe(1)
  expect(said).toContain('keytrail topics apply')
  expect(await ended(run('topics', 'apply'))).toBe(0)

  const workers = [
    run('serve', '--only', 'ingest', '--folders', join(folder, 'company'), '--http-port', '0'),
    run('serve', '--only', 'normalise,correlate,join,detect,story,effects'),
    run('serve', '--only', 'normalise,correlate,join,detect,story,effects'),
  ]
  said = ''
  const replayed = run('replay', join(folder, 'company'), '--json')
  let json = ''
  replayed.stdout?.on('data', (text: Buffer) => (json += text.toString()))
  await ended(replayed)
  const hash = /sha256:[0-9a-f]{64}/.exec(json)?.[0]
  expect(hash).toBeDefined()
  const data = openInPostgres(settings.data)
  const isDone = (): boolean => outcomeHash(outcomeOf(data.effects.standing().incidents)) === hash
  while (!isDone() && children.size === workers.length) await sleep(200)
  expect(isDone(), said).toBe(true)
  data.close()
  for (const child of workers) {
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
  }
})
