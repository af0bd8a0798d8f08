import { afterEach } from 'vitest'
import { createFakeAws, type FakeAws, type FakeAwsOptions } from '#infra/fake-aws/fake-aws.ts'
import type { Credential } from '#infra/fake-aws/call.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { scratch } from '#infra/sqlite/scratch.fixture.ts'
import { checkChain } from '#shared/facts/chain.ts'
import type { Order } from '#shared/messages/containment.ts'
import type { Offer } from '#shared/ports/intake.ts'
import { commands } from '#services/cli/commands.ts'
import { dispatch, type Surroundings } from '#services/cli/dispatch.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import { account, foundCompany, type Company } from '#test/simulator/company.ts'
import { responderIn } from '#test/simulator/responder.ts'
import { begin, mapped, surroundings, type Around } from './life.ts'

/**
 * A whole Keytrail on the fake AWS in virtual time: the durable loop on a data file, the engine, the desk, containment with
 * AWS's own clients over HTTP, and the commands of people beside it. Only what comes in is handed over without a door.
 */
export type House = {
  readonly aws: FakeAws
  readonly company: Company
  readonly now: () => number
  /** Lets time pass in steps of a second, or longer ones where nothing has to be seen in between. */
  readonly pass: (ms: number, step?: number) => Promise<void>
  /** Reports of a source, stamped now, as its door does. */
  readonly report: (source: string, ...activities: readonly object[]) => Promise<void>
  /** Says that all records of the account up to a time are in. */
  readonly complete: (upTo: number) => Promise<void>
  /** A command beside the process; its output. @throws if it does not end with this status */
  readonly run: (argv: readonly string[], status?: number) => Promise<string>
  /** The same from a folder without settings. */
  readonly runElsewhere: (argv: readonly string[]) => Promise<string>
  /** Everything that people heard, as `KIND: WORDS`, since it was last asked. */
  readonly heard: () => readonly string[]
  /** Pages that were opened, by handle. */
  readonly pages: () => readonly string[]
  /** By unit and episode. */
  readonly orders: () => readonly Order[]
  /** From now on what the cloud records is kept back. */
  readonly hold: () => void
  /** Hands over what was kept back, in another order or number if wanted. */
  readonly release: (
    arrange?: (records: readonly TrailRecord[]) => readonly TrailRecord[],
  ) => Promise<void>
  /** Ends the process and starts another on the same file, with other settings. */
  readonly restart: (contain?: object) => Promise<void>
  /** Whether the audit is one unbroken chain. */
  readonly isIntact: () => boolean
}

export type HouseOptions = Partial<Omit<FakeAwsOptions, 'now'>> & {
  /** `contain` of the settings. */
  readonly contain?: object
  /** Who acts in the account; default: a responder as docs/connect-aws.md has it. */
  readonly responder?: (aws: FakeAws) => Credential
}

const start = Date.UTC(2026, 4, 4, 9)
const auto = { auto: ['reused-by-agent', 'reused-by-task', 'used-after-end'] }

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Stands until the test ends. */
export async function house(options: HouseOptions = {}): Promise<House> {
  const { contain = auto, responder = responderIn, ...fake } = options
  const place = scratch()
  const scheduler = manualScheduler(start)
  const aws = await createFakeAws({
    seed: 11,
    now: () => scheduler.now(),
    propagation: [0, 0],
    delivery: { delay: [1_000, 1_000] },
    ...fake,
  })
  const { key, secret } = responder(aws)
  const around: Around = {
    file: place.file,
    scheduler,
    aws,
    notices: [],
    credentials: { accessKeyId: key, secretAccessKey: secret },
    contain,
    held: undefined,
  }
  const at: Place = Object.assign(around, { life: await begin(around) })
  open.push(async () => {
    await end(at)
    await aws.close()
    place.end()
  })
  const company = await foundCompany({
    aws,
    time: { now: () => scheduler.now(), sleep: (ms) => pass(at, ms) },
    chance: chanceFrom(3),
    reports: {
      activities: (source, all) => report(at, source, all),
      spans: () => Promise.reject(new Error('nobody sends spans here')),
    },
  })
  return { aws, company, now: () => scheduler.now(), ...flowing(at), ...people(at) }
}

type Place = Around & { life: Awaited<ReturnType<typeof begin>> }

async function settle({ scheduler, life }: Place): Promise<void> {
  // Between two calls to the cloud there are only turns of promises.
  for (let quiet = 0; quiet < 3; quiet++) {
    scheduler.run()
    await new Promise((resolve) => setImmediate(resolve))
    if (life.calls.underWay() > 0) quiet = -1
  }
}

async function pass(at: Place, ms: number, step = 1_000): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    at.scheduler.pass(Math.min(step, left))
    await settle(at)
  }
}

async function offer(at: Place, offered: Partial<Offer>): Promise<void> {
  const answer = at.life.serving.loop.offer({
    source: 'trail',
    received: at.scheduler.now(),
    records: [],
    ...offered,
  })
  await settle(at)
  if ((await answer).as !== 'logged') throw new Error('an offer was not logged')
}

function report(at: Place, source: string, activities: readonly object[]): Promise<void> {
  const received = at.scheduler.now()
  const records = activities.map((each) => mapped({ ...each, source, received }))
  return offer(at, { source, records })
}

async function end(at: Place): Promise<void> {
  const { serving, calls, data } = at.life
  const closed = serving.close()
  await settle(at)
  await closed
  calls.actuator.close()
  data.close()
}

type Flowing = Pick<House, 'pass' | 'report' | 'complete' | 'hold' | 'release' | 'restart'>

/** The trail has all of the account. */
const coverage = {
  kind: 'progress',
  source: 'trail',
  scope: account,
  from: -Infinity,
  within: 30 * 60_000,
} as const

/** What time and the world bring. */
const flowing = (at: Place): Flowing => ({
  pass: (ms, step) => pass(at, ms, step),
  report: (source, ...activities) => report(at, source, activities),
  complete: (upTo) => offer(at, { progress: [{ ...coverage, upTo }] }),
  hold: () => void (at.held ??= []),
  async release(arrange = (records) => records) {
    const come = at.aws.take().map(({ record }) => record)
    const records = arrange([...(at.held ?? []), ...come]).map(mapped)
    at.held = undefined
    await offer(at, { records })
  },
  async restart(contain = at.contain) {
    at.contain = contain
    await end(at)
    at.life = await begin(at)
  },
})

async function command(
  argv: readonly string[],
  status: number,
  around: (write: (text: string) => void) => Surroundings,
): Promise<string> {
  let out = ''
  const got = await dispatch(
    argv,
    commands,
    around((text) => (out += text)),
  )
  if (got !== status) throw new Error(`${argv.join(' ')}: exit ${got}: ${out}`)
  return out
}

/** What people do and hear. */
function people(
  at: Place,
): Pick<House, 'run' | 'runElsewhere' | 'heard' | 'pages' | 'orders' | 'isIntact'> {
  let told = 0
  return {
    run: (argv, status = 0) => command(argv, status, (write) => surroundings(at, write)),
    runElsewhere: (argv) =>
      command([...argv, '--data', at.file], 0, (write) => ({
        ...surroundings(at, write),
        readText: () => undefined,
      })),
    heard() {
      const fresh = at.notices.slice(told)
      told = at.notices.length
      return fresh.map(({ event: { kind, says } }) => `${kind}: ${says.join('; ')}`)
    },
    pages: () =>
      at.notices.filter(({ event }) => event.kind === 'raised').map(({ of }) => of.handle),
    orders: () => at.life.data.containment.orders({}),
    isIntact() {
      const { containment } = at.life.data
      return checkChain(containment.links(), [containment.head()]).intact
    },
  }
}
