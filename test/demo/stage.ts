import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import { account, speakers, type Reports } from '#test/simulator/company.ts'
import { responderIn } from '#test/simulator/responder.ts'
import { storyOf, type AttackChoice, type Story } from '#test/simulator/story.ts'
import { realTime } from '#test/simulator/time.ts'
import { keytrailIn, type Keytrail, type Served } from './keytrail.ts'
import { receiver, type Alert, type Receiver } from './receiver.ts'

export type StageOptions = {
  readonly seed: number
  readonly attack: AttackChoice
  /** How long ordinary work goes on, ms. */
  readonly ms: number
  readonly heard: (alert: Alert) => void
}

/** Everything that the demo sets up, and nothing of it outlives `strike`. */
export type Stage = {
  readonly aws: FakeAws
  /** The data file of the product. */
  readonly data: string
  readonly keytrail: Keytrail
  readonly served: Served
  readonly receiver: Receiver
  readonly story: Story
  /** Ends every process and server that was started, and removes the folder. */
  readonly strike: () => Promise<void>
}

/** How often CloudTrail files are put into the folder, ms. */
const deliveryMs = 300
/** Of the webhook alone, and gone with the demo. */
const secret = `whsec_${Buffer.from('SIMULATED secret of the demo').toString('base64')}`

export async function setUp({ seed, attack, ms, heard }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-demo-'))
  const trail = join(folder, 'trail')
  const data = join(folder, 'demo.db')
  await mkdir(trail)
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const strike = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    const aws = await createFakeAws({
      seed,
      now: realTime.now,
      propagation: [0, 2_000],
      delivery: {
        delay: [200, 1_200],
        late: { share: 0.05, by: 1_000 },
        twice: { share: 0.05, by: 500 },
      },
    })
    undo.push(() => aws.close())
    const inbox = await receiver(secret, heard)
    undo.push(() => inbox.close())
    const responder = responderIn(aws)
    await writeFile(join(folder, 'keytrail.yaml'), stringify(settings(trail, aws.url, inbox.url)))
    const keytrail = keytrailIn(folder, {
      DEMO_WEBHOOK_SECRET: secret,
      AWS_ACCESS_KEY_ID: responder.key,
      AWS_SECRET_ACCESS_KEY: responder.secret,
      AWS_EC2_METADATA_DISABLED: 'true',
      // Stands in the user agent of the product's own calls.
      AWS_SDK_UA_APP_ID: 'SIMULATED',
    })
    const tokens = await tokensFrom(keytrail)
    const served = await keytrail.serve()
    undo.push(() => served.stop())
    const reports = reportsTo(served.url, tokens)
    let isOver = false
    const delivering = (async () => {
      while (!isOver) {
        await aws.deliver(trail)
        await realTime.sleep(deliveryMs)
      }
    })()
    undo.push(async () => {
      isOver = true
      await delivering
    })
    const world = { aws, time: realTime, reports, chance: chanceFrom(seed) }
    const story = await storyOf(world, attack, ms)
    return { aws, data, keytrail, served, receiver: inbox, story, strike }
  } catch (cause) {
    await strike()
    throw cause
  }
}

const settings = (trail: string, endpoint: string, alerts: string) => ({
  data: 'demo.db',
  folders: [`trail=${trail}`],
  serve: { folderSeconds: 1 },
  http: { port: 0 },
  issuers: ['orchestrator', `arn:aws:iam::${account}:user/task-broker`],
  accounts: { trusted: [account] },
  afterEnd: { graceSeconds: 5 },
  alerts: {
    holdSeconds: 2,
    destinations: [
      {
        name: 'soc',
        kind: 'webhook',
        url: alerts,
        secrets: ['env:DEMO_WEBHOOK_SECRET'],
        allow: ['loopback'],
      },
    ],
  },
  aws: { accounts: [{ id: account, respond: true }], endpoint, allowOtherEndpoint: true },
  contain: {
    responders: [`arn:aws:iam::${account}:user/keytrail-responder`],
    auto: ['reused-by-agent', 'reused-by-task', 'used-after-end'],
    approve: ['credential-minting', 'secret-harvest', 'session-in-two-places'],
  },
})

/** A token for everybody who reports. */
async function tokensFrom(keytrail: Keytrail): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>()
  for (const [name, agents] of Object.entries(speakers)) {
    const which = agents.includes('*')
      ? ['--all-agents']
      : agents.flatMap((agent) => ['--agent', agent])
    const { status, out, err } = await keytrail.run('sources', 'add', name, ...which)
    if (status !== 0) throw new Error(`keytrail sources add ${name}: ${err}`)
    tokens.set(name, out.trim())
  }
  return tokens
}

function reportsTo(url: string, tokens: ReadonlyMap<string, string>): Reports {
  const post = async (path: string, source: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens.get(source) ?? ''}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${path} of ${source}: ${response.status} ${answer}`)
  }
  return {
    activities: (source, activities) => post('/v1/activities', source, activities),
    spans: (source, document) => post('/v1/traces', source, document),
  }
}
