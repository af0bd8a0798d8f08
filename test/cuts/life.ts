import { awsActuator } from '#infra/aws/actuator.ts'
import type { FakeAws } from '#infra/fake-aws/fake-aws.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import type { ManualScheduler } from '#infra/memory/scheduler.ts'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { configFrom } from '#shared/config.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Actuator } from '#shared/ports/actuator.ts'
import type { Intake, MappedRecord } from '#shared/ports/intake.ts'
import { containmentOf } from '#services/cli/containment.ts'
import type { Surroundings } from '#services/cli/dispatch.ts'
import { policyOf } from '#services/cli/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { serve } from '#services/serve/serve.ts'
import type { Source } from '#services/sources/source.ts'
import { noMachine } from '#test/machine.ts'
import { silent } from '#test/serve.ts'
import { account } from '#test/simulator/company.ts'

/** Everything around the process that serves. */
export type Around = {
  readonly file: string
  readonly scheduler: ManualScheduler
  readonly aws: FakeAws
  readonly notices: Notice[]
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  contain: object
  /** Records that are kept back; undefined: none are. */
  held: TrailRecord[] | undefined
}

const issuers = ['orchestrator', `arn:aws:iam::${account}:user/task-broker`]

const settingsOf = (file: string, contain: object) => ({
  data: file,
  issuers,
  contain,
  aws: { accounts: [{ id: account, respond: true }] },
})

export const surroundings = (
  { file, scheduler, contain }: Around,
  write: (text: string) => void,
): Surroundings => ({
  stdout: { write, isTerminal: false },
  stderr: { write, isTerminal: false },
  files,
  effects: memoryEffects,
  machine: { ...noMachine, scheduler },
  environment: { USER: 'kim' },
  cwd: '/',
  version: 'test',
  readText: (path) =>
    path === 'keytrail.yaml' ? JSON.stringify(settingsOf(file, contain)) : undefined,
})

/** One life of the process. */
export async function begin(at: Around) {
  const { file, scheduler, aws, notices, credentials, contain } = at
  const data = ownDataFile(file)
  const access = { endpoint: aws.url, allowOtherEndpoint: true, credentials }
  const calls = counted(awsActuator(new Map([[account, access]]), () => scheduler.now()))
  const config = configFrom({
    file: { name: 'keytrail.yaml', content: settingsOf(file, contain) },
  })
  const context = { ...surroundings(at, () => undefined), config }
  const failed = (why: unknown): never => {
    throw why
  }
  const engine = { partitions: 3, policy: policyOf(config), detections, recentMax: 1 << 10 }
  const limits = { unitMax: 100, keepMs: 30 * 86_400_000, snapshotMs: 60_000, holdMs: 60_000 }
  const serving = await serve(
    { engine, ...limits },
    {
      ...data,
      scheduler,
      log: silent,
      failed,
      at: () => undefined,
      board: { heard: () => undefined, failed: (_source, _at, why) => failed(new Error(why)) },
      send: (all) => void notices.push(...all),
      sources: (intake) => [trailOf(at, intake)],
      contain: (front, running) =>
        containmentOf({ data, front, engine: running, actuator: calls.actuator, failed }, context),
    },
  )
  return { data, serving, calls }
}

/** What the cloud has recorded, handed over once a second. */
const trailOf = (at: Around, intake: Intake): Source => ({
  name: 'trail',
  silence: 60,
  async poll(now) {
    const come = at.aws.take().map(({ record }) => record)
    if (at.held) at.held.push(...come)
    const records = at.held ? [] : come.map(mapped)
    if (records.length > 0) await intake.offer({ source: 'trail', received: now, records })
    return 1_000
  },
})

export function mapped(value: object): MappedRecord {
  const pointer = { source: 'test', offset: 0 }
  const read = normalise({ pointer, value }, { trustedAccounts: new Set([account]) })
  if (read.as !== 'mapped') throw new Error(`not mapped: ${JSON.stringify(read)}`)
  return { record: read.record, activities: read.activities }
}

/** Tells how many calls have no answer yet. */
function counted(actuator: Actuator & { readonly close: () => void }) {
  let count = 0
  const during = async <T>(call: Promise<T>): Promise<T> => {
    count++
    try {
      return await call
    } finally {
      count--
    }
  }
  return {
    underWay: () => count,
    actuator: {
      identity: (id: string) => during(actuator.identity(id)),
      inspect: (action) => during(actuator.inspect(action)),
      apply: (action, prior, order) => during(actuator.apply(action, prior, order)),
      readBack: (action) => during(actuator.readBack(action)),
      undo: (action, prior, order) => during(actuator.undo(action, prior, order)),
      close: () => actuator.close(),
    } satisfies Actuator & { readonly close: () => void },
  }
}
