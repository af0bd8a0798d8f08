import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { freePort } from '#test/integration/servers/processes.ts'
import { keytrailIn, type Keytrail, type Served } from '#test/demo/keytrail.ts'
import { longRuns } from '#test/property.ts'
import { deed, trail } from '#test/trail.ts'
import { place } from './place.ts'

const { fresh, server } = place()

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** How long the database stays away, ms. */
const outageMs = longRuns ? 60_000 : 10_000

/** Several machines that watch one trail and keep what they know in one database. */
async function installed() {
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-standby-'))
  closing.push(() => rm(folder, { recursive: true }))
  const data = fresh()
  const records = join(folder, 'records.jsonl')
  await writeFile(records, '')
  const machine = async (name: string) => {
    const port = await freePort()
    const settings = {
      data,
      database: { leaseSeconds: 2 },
      folders: [`trail=${records}`],
      serve: { folderSeconds: 1 },
      http: { port },
    }
    const its = join(folder, name)
    await mkdir(its)
    await writeFile(join(its, 'keytrail.yaml'), stringify(settings))
    const keytrail = keytrailIn(its, {})
    return { ...keytrail, url: `http://127.0.0.1:${port}` }
  }
  return {
    machine,
    append: (...some: readonly object[]) =>
      appendFile(records, some.map((each) => `${JSON.stringify(each)}\n`).join('')),
    records,
  }
}

/** Record `n`: another user takes an administrator's rights, which is an incident of its own. */
const taken = (n: number): object => {
  const user = `user-${n}`
  return {
    ...deed,
    eventID: (trail(n) as { eventID: string }).eventID,
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDAEXAMPLE${n}`,
      arn: `arn:aws:iam::111122223333:user/${user}`,
      accountId: '111122223333',
      accessKeyId: `AKIAEXAMPLE${String(n).padStart(9, '0')}`,
      userName: user,
    },
    requestParameters: {
      userName: user,
      policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    },
  }
}

type Row = { readonly handle: string; readonly title: string }

async function incidents(keytrail: Keytrail): Promise<readonly Row[]> {
  const { status, out, err } = await keytrail.run('incidents', 'list', '--json')
  if (status !== 0 && status !== 3) throw new Error(err)
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** Against hanging only, ms. */
const patience = 90_000

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  for (let why: unknown; ; await sleep(100)) {
    const found = await holds().catch((thrown: unknown) => void (why = thrown))
    if (found) return
    if (Date.now() > end) throw new Error(`never: ${String(holds)}`, { cause: why })
  }
}

async function says(url: string, path: string): Promise<number> {
  const response = await fetch(`${url}${path}`)
  // One that is not read keeps its connection.
  await response.arrayBuffer()
  return response.status
}

/** Serves, or stands by until it is its turn. */
function started(keytrail: Keytrail): Promise<Served> {
  const serving = keytrail.serve()
  closing.push(async () => {
    const served = await serving.catch(() => undefined)
    await served?.kill()
  })
  return serving
}

test('one serves, another takes over from it when it is silent, and nobody writes for two', async () => {
  const { machine, append, records } = await installed()
  const [one, two] = [await machine('one'), await machine('two')]
  const first = await started(one)
  const second = started(two)
  await until(async () => (await says(two.url, '/healthz')) === 200)
  expect(await says(two.url, '/readyz')).toBe(503)
  expect(await says(one.url, '/readyz')).toBe(200)

  let sent = 0
  const counted = async (): Promise<void> => {
    await append(taken(++sent), taken(++sent))
    await until(async () => (await incidents(two)).length === sent)
  }
  await counted()
  // Stopped as a machine whose hypervisor moves it, in the middle of whatever it did.
  first.signal('SIGSTOP')
  const next = await second
  await counted()
  first.signal('SIGCONT')
  expect(await first.ended).toBe(1)
  expect(first.log.join('\n')).toContain('another process took over')
  await counted()

  // The database goes away, and comes back; meanwhile the process lives, and says that it is not ready.
  await server().signal('SIGINT')
  await append(taken(++sent), taken(++sent))
  await until(async () => (await says(two.url, '/readyz')) === 503)
  expect(await says(two.url, '/metrics')).toBe(200)
  await sleep(outageMs)
  await server().restart()
  await until(async () => (await incidents(two)).length === sent)
  await server().signal('SIGKILL')
  await append(taken(++sent), taken(++sent))
  await server().restart()
  await until(async () => (await incidents(two)).length === sent)
  await until(async () => (await says(two.url, '/readyz')) === 200)

  const found = await incidents(two)
  const { out } = await two.run('replay', '--json', records)
  const pure = out
    .split('\n')
    .filter((line) => line.startsWith('{"type":"incident"'))
    .map((line) => (JSON.parse(line) as Row).title)
  const titles = found.map(({ title }) => title)
  const lost = pure.filter((title) => !titles.includes(title))
  const doubled = titles.filter((title, i) => titles.indexOf(title) !== i)
  expect({ records: sent, effects: found.length, lost, doubled, fenced: 1 }).toEqual({
    records: pure.length,
    effects: pure.length,
    lost: [],
    doubled: [],
    fenced: 1,
  })
  expect(await next.stop()).toBe(0)
}, 600_000)
