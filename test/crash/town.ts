import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { receiver, type Received } from '#infra/alert/receiver.fixture.ts'
import type { Credential } from '#infra/fake-aws/call.ts'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import type { Delivery } from '#infra/fake-aws/trail.ts'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Machine } from '#services/cli/command.ts'
import { commands } from '#services/cli/commands.ts'
import { dispatch } from '#services/cli/dispatch.ts'
import { commandLine } from '#test/command-line.ts'
import { account, foundCompany, speakers, type Company } from '#test/simulator/company.ts'
import { responderIn } from '#test/simulator/responder.ts'
import { realTime } from '#test/simulator/time.ts'
import { noMachine } from '#test/machine.ts'
import { postbox, type Postbox } from './postbox.ts'

/** Everything around the process that is killed. It outlives every life of it. */
export type Town = {
  /** Working folder of the process: settings, data file, watched folder. */
  readonly folder: string
  /** What the process keeps. */
  readonly open: () => DataFile
  readonly trail: string
  readonly environment: Readonly<Record<string, string>>
  readonly aws: FakeAws
  readonly company: Promise<Company>
  readonly posts: Postbox
  /** Changes in AWS that the process made, in their order. */
  readonly changes: readonly TrailRecord[]
  /** Called at each of them, before it is answered. */
  onChange: () => void
  /** What the receiver of webhooks got, repeats too. */
  readonly pages: readonly Received[]
  /** Settings as the next life has them. */
  readonly settle: (more: Settings) => void
  /** Another command of the product, beside the process that serves. */
  readonly command: (...argv: readonly string[]) => Promise<void>
  /** All records are in the folder. */
  readonly delivered: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Where a process keeps what it knows, and the way to look at it beside the process. */
export type Keeping = { readonly data: string; readonly open: () => DataFile }

const inFile = (data: string): Keeping => ({ data, open: () => openBeside(data) })

export type Settings = {
  readonly snapshotSeconds: number
  /** A setting that judges read, and that changes nothing here: another value makes the log be judged anew. */
  readonly harvestNames: number
}

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const deliveryMs = 60
/** Longest time until a record is in the trail, also for the second time. */
const delays: Delivery = {
  delay: [20, 150],
  late: { share: 0.1, by: 300 },
  twice: { share: 0.1, by: 200 },
}
const latestMs = 700

/**
 * @param seed of the company and its cloud
 * @param given where the process keeps what it knows, if not in a data file of its own
 */
export async function townOf(seed: number, given?: Keeping): Promise<Town> {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-crash-'))
  const trail = join(folder, 'trail')
  mkdirSync(trail)
  const changes: TrailRecord[] = []
  const hooks = { onChange: (): void => undefined }
  const heard = (record: TrailRecord): void => {
    if (!isChange(record)) return
    changes.push(record)
    hooks.onChange()
  }
  const now = realTime.now
  const aws = await createFakeAws({ seed, now, propagation: [0, 300], delivery: delays, heard })
  // Every fourth answer is lost on its way back, so that deliveries are repeated by other causes too.
  const inbox = await receiver((_, n) => (n % 4 === 0 ? 'lost' : { status: 204 }))
  const keeping = given ?? inFile(join(folder, 'keytrail.db'))
  const { data } = keeping
  const machine = { ...noMachine, beside: keeping.open, scheduler: systemScheduler }
  const posts = postbox(await tokensIn(data, machine))
  const trailing = keepDelivering(aws, trail)
  const environment = environmentOf(responderIn(aws))
  const world = { aws, time: realTime, reports: posts.reports, chance: chanceFrom(seed) }
  const places = {
    folder,
    open: keeping.open,
    trail,
    environment,
    aws,
    posts,
    changes,
    pages: inbox.got,
  }
  return Object.assign(hooks, {
    ...places,
    company: foundCompany(world),
    settle: (more: Settings): void =>
      writeFileSync(
        join(folder, 'keytrail.yaml'),
        stringify({
          ...settings(trail, aws.url, inbox.url, more),
          data,
          database: { leaseSeconds: 1 },
        }),
      ),
    command: (...argv: readonly string[]) => commandIn(folder, machine, argv),
    delivered: () => trailing.end(),
    async close() {
      posts.close()
      await trailing.end()
      await Promise.all([aws.close(), inbox.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

const environmentOf = ({ key, secret: own }: Credential) => ({
  CRASH_WEBHOOK_SECRET: secret,
  AWS_ACCESS_KEY_ID: key,
  AWS_SECRET_ACCESS_KEY: own,
  AWS_EC2_METADATA_DISABLED: 'true',
})

/** By the process: nobody else in this account changes users and roles once they are set up. */
const isChange = ({ eventSource, readOnly, errorCode, userIdentity }: TrailRecord): boolean =>
  eventSource === 'iam.amazonaws.com' &&
  !readOnly &&
  errorCode === undefined &&
  (userIdentity as { readonly userName?: string }).userName === 'keytrail-responder'

/** By turns as lines at the end of a file that grows, and as files of their own, as a trail writes them to a bucket. */
function keepDelivering(aws: FakeAws, trail: string): { readonly end: () => Promise<void> } {
  const growing = join(trail, 'records.jsonl')
  let isOver = false
  const deliver = async (asFiles: boolean): Promise<void> => {
    if (asFiles) await aws.deliver(trail)
    else for (const { record } of aws.take()) appendFileSync(growing, `${JSON.stringify(record)}\n`)
  }
  const delivering = (async () => {
    for (let n = 0; !isOver; n++) {
      await deliver(n % 40 === 0)
      await realTime.sleep(deliveryMs)
    }
  })()
  return {
    async end() {
      if (!isOver) await realTime.sleep(latestMs)
      isOver = true
      await delivering
      await deliver(false)
    },
  }
}

async function commandIn(folder: string, machine: Machine, argv: readonly string[]): Promise<void> {
  const said: string[] = []
  const output = { write: (text: string) => void said.push(text), isTerminal: false }
  const status = await dispatch(argv, commands, {
    stdout: output,
    stderr: output,
    files,
    effects: memoryEffects,
    machine,
    environment: {},
    cwd: folder,
    version: 'test',
    readText: (name) => {
      const path = join(folder, name)
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined
    },
  })
  if (status !== 0) throw new Error(`keytrail ${argv.join(' ')}: ${said.join('')}`)
}

/** A token for everybody who reports. */
async function tokensIn(data: string, machine: Machine): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>()
  for (const [name, agents] of Object.entries(speakers)) {
    const which = agents.includes('*') ? ['--all-agents'] : agents.flatMap((a) => ['--agent', a])
    const argv = ['sources', 'add', name, '--data', data, ...which]
    const chance = (bytes: number): Uint8Array => Buffer.alloc(bytes, name)
    const { status, out, err } = await commandLine(files, argv, false, { ...machine, chance })
    if (status !== 0) throw new Error(`keytrail sources add ${name}: ${err}`)
    tokens.set(name, out.trim())
  }
  return tokens
}

const settings = (trail: string, endpoint: string, alerts: string, more: Settings) => ({
  folders: [`trail=${trail}`],
  batch: 3,
  serve: { folderSeconds: 1, snapshotSeconds: more.snapshotSeconds },
  harvest: { names: more.harvestNames },
  http: { port: 0 },
  issuers: ['orchestrator', 'support-runtime', `arn:aws:iam::${account}:user/task-broker`],
  alerts: {
    holdSeconds: 0,
    destinations: [
      {
        name: 'soc',
        kind: 'webhook',
        url: alerts,
        secrets: ['env:CRASH_WEBHOOK_SECRET'],
        allow: ['loopback'],
      },
    ],
  },
  aws: { accounts: [{ id: account, respond: true }], endpoint, allowOtherEndpoint: true },
  contain: {
    responders: [`arn:aws:iam::${account}:user/keytrail-responder`],
    auto: ['reused-by-agent', 'reused-by-task', 'secret-harvest'],
    // Nothing but a crash may stand in the way of a cut.
    autoHour: 1000,
    autoDay: 10_000,
    allHour: 10_000,
    breakerAt: 1000,
  },
})
