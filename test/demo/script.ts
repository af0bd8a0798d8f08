import { denialPolicy } from '#infra/aws/denials.ts'
import { account, type Made } from '#test/simulator/company.ts'
import type { AttackName, Harmed } from '#test/simulator/attacks.ts'
import { activitiesIn, isLabelled } from './kept.ts'
import type { Alert } from './receiver.ts'
import type { Stage } from './stage.ts'
import type { Steps } from './steps.ts'

/** An incident as its webhook tells it. */
type Told = {
  readonly id: string
  readonly severity: string
  readonly title: string
  readonly state: string
  readonly credentials: readonly string[]
}

/** An order as `keytrail contain list --json` tells it. */
type Order = {
  readonly key: string
  readonly state: string
  readonly incidents: readonly string[]
  readonly verified?: { readonly on: string; readonly record: string } | null
}

/** What the demo shows and asserts of one attack. */
export type Script = {
  readonly attack: AttackName
  readonly title: string
  /** Must a person approve the cut? */
  readonly approve: boolean
}

export const scripts: Readonly<Record<AttackName, Script>> = {
  reuse: {
    attack: 'reuse',
    title: "an agent works with the token of another agent's task",
    approve: false,
  },
  pivot: {
    attack: 'pivot',
    title: 'a stolen token makes itself a key of its own and goes on with that',
    approve: true,
  },
  'after-end': {
    attack: 'after-end',
    title: 'a token goes on working when its task is over',
    approve: false,
  },
}

const jsonLines = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T)

const toldOf = ({ body }: Alert): Told => (body as { readonly data: Told }).data

/** What OCSF Remediation Activity (7001) told of an incident: evicted (2), restored (3). */
const remediesOf = ({ receiver }: Stage, handle: string): readonly number[] =>
  receiver.alerts
    .flatMap(({ body }) => ocsfIn(body))
    .filter(({ class_uid, metadata }) => class_uid === 7001 && metadata.correlation_uid === handle)
    .map(({ activity_id }) => activity_id)

const ocsfIn = (body: unknown): readonly Ocsf[] =>
  (body as { readonly data: { readonly ocsf: readonly Ocsf[] } }).data.ocsf

type Ocsf = {
  readonly class_uid: number
  readonly activity_id: number
  readonly metadata: { readonly correlation_uid: string }
}

/** The latest that was told of the incident about a key, by a receiver of webhooks. */
const incidentOf = ({ receiver }: Stage, key: string): Told | undefined =>
  receiver.alerts.map(toldOf).findLast(({ credentials }) => credentials.includes(key))

/** One attack on the stage, from the alert on. */
type Playing = {
  readonly attack: AttackName
  readonly stage: Stage
  readonly steps: Steps
  /** Handle of the incident. */
  readonly handle: string
  /** The stolen key. */
  readonly key: string
}

export async function play(
  { attack, approve }: Script,
  stage: Stage,
  steps: Steps,
  show: (text: string) => void,
): Promise<void> {
  const key = await victimOf(stage.story.company.made, attack)
  const found = await steps.expect(attack, 'alert', 50_000, () => {
    const told = incidentOf(stage, key)
    return told && `${told.severity}: ${told.title}`
  })
  if (!found) return
  const handle = incidentOf(stage, key)?.id.replace(/\.\d+$/, '') ?? ''
  const playing = { attack, stage, steps, handle, key }
  show((await stage.keytrail.run('incidents', 'show', handle)).out)
  if (approve || (await isLeftToPeople(playing))) await approved(playing)
  await cutOff(playing)
  await undone(playing)
}

/** How long is waited for a cut that needs nobody, ms. */
const automaticMs = 8_000

/**
 * A machine so slow that the owner's own report came late has only one side's word for the theft: then the cut is proposed,
 * as it should be, and a person approves it.
 */
async function isLeftToPeople(playing: Playing): Promise<boolean> {
  for (const until = Date.now() + automaticMs; Date.now() < until;) {
    const orders = await ordersOf(playing)
    if (orders.some(({ state }) => state !== 'planned')) return false
    await new Promise((resolve) => void setTimeout(resolve, 200))
  }
  return true
}

const approved = ({ attack, stage, steps, handle }: Playing): Promise<boolean> =>
  steps.expect(attack, 'approved by a person', 40_000, async () => {
    const { status, out } = await stage.keytrail.run('approve', handle, '--by', 'ana (SIMULATED)')
    return status === 0 ? out.trim().replaceAll('\n', '; ') : undefined
  })

async function ordersOf({ stage, handle }: Playing): Promise<readonly Order[]> {
  const { out } = await stage.keytrail.run('contain', 'list', '--all', '--json')
  return jsonLines<Order>(out).filter(({ incidents }) => incidents.includes(handle))
}

async function cutOff(playing: Playing): Promise<void> {
  const { attack, stage, steps, key } = playing
  const { story, aws } = stage
  await steps.expect(attack, 'cut off', 60_000, () => {
    const refused = story.company.made.findLast((made) => made.key === key && isRefused(made))
    return refused && `${refused.by} is refused ${refused.call}: ${refused.result}`
  })
  await steps.expect(attack, 'verified by what CloudTrail shows', 60_000, async () => {
    const all = await ordersOf(playing)
    const proven = all.find(({ verified }) => verified?.on === 'denied')
    return proven && `${proven.key}: denied, record ${proven.verified?.record ?? ''}`
  })
  const harmed = (await story.harmed).get(attack)
  if (harmed?.minted !== undefined)
    await steps.expect(attack, 'the minted key is off', 20_000, () =>
      minted(harmed, (id) => aws.keyStatus(id), 'Inactive'),
    )
}

/** Undone to the exact state before, and nothing else. */
async function undone(playing: Playing): Promise<void> {
  const { attack, stage, steps, handle } = playing
  const { keytrail, aws, story } = stage
  await steps.expect(attack, 'undone', 60_000, async () => {
    await keytrail.run('contain', 'undo', handle, '--reason', 'the demo is over (SIMULATED)')
    const all = await ordersOf(playing)
    const isUndone = all.length > 0 && all.every(({ state }) => state === 'undone')
    return isUndone ? all.map((order) => order.key).join(', ') : undefined
  })
  await steps.expect(attack, 'the SIEM was told of cut and undo', 20_000, () => {
    const told = remediesOf(stage, handle)
    return told.includes(2) && told.includes(3) ? `${told.length} remediations` : undefined
  })
  const harmed = (await story.harmed).get(attack)
  if (harmed?.minted !== undefined)
    await steps.expect(attack, 'the minted key is as it was', 20_000, () =>
      minted(harmed, (id) => aws.keyStatus(id), 'Active'),
    )
}

const minted = (
  { minted: key }: Harmed,
  statusOf: (key: string) => string,
  wanted: string,
): string | undefined =>
  key !== undefined && statusOf(key) === wanted ? `${key}: ${wanted}` : undefined

const isRefused = ({ result }: Made): boolean =>
  result === 'AccessDenied' || result === 'InvalidClientTokenId'

const victims: Readonly<Record<AttackName, string>> = {
  reuse: 'ledger/invoices-0525',
  pivot: 'ledger/payroll-0525',
  'after-end': 'ledger/report-0525',
}

/** The key that is stolen: the one with which its own task made its first call. */
async function victimOf(made: readonly Made[], attack: AttackName): Promise<string> {
  for (;;) {
    const own = made.find(({ by }) => by === victims[attack])
    if (own) return own.key
    await new Promise((resolve) => void setTimeout(resolve, 100))
  }
}

/** What must hold at the end, whatever was attacked. */
export async function close(
  stage: Stage,
  steps: Steps,
  attacks: readonly AttackName[],
): Promise<void> {
  const { keytrail, story, receiver, aws } = stage
  await story.ended
  await steps.expect('all', 'everybody else worked on', 1_000, () => {
    const hurt = story.company.made.filter((made) => isBystander(made) && isRefused(made))
    return hurt.length === 0
      ? `${story.company.made.filter(isBystander).length} calls of ordinary tasks, none refused`
      : undefined
  })
  const woken = attacks.length === 0 ? 'nobody was woken' : 'one incident for each attack'
  await steps.expect('all', woken, 5_000, async () => {
    const { out } = await keytrail.run('incidents', 'list', '--json', '--state', 'all')
    const standing = jsonLines<{ readonly stands: boolean }>(out).filter(({ stands }) => stands)
    return standing.length === attacks.length ? `${standing.length} incidents` : undefined
  })
  await steps.expect('all', 'nothing of ours is left', 10_000, () => {
    const left = ['role/ledger-agent', 'role/support-agent', 'user/backup'].filter(
      (target) => aws.policyOn(account, target, denialPolicy) !== null,
    )
    return left.length === 0 ? 'the policies are as they were before' : undefined
  })
  await steps.expect('all', 'alerts came signed', 1_000, () =>
    receiver.forged() === 0 ? `${receiver.alerts.length} alerts, each once by its id` : undefined,
  )
  await steps.expect('all', 'every page bears the calls that prove it', 1_000, () => {
    const raised = receiver.alerts.filter(
      ({ body }) => (body as { readonly type: string }).type === 'incident.raised',
    )
    const calls = raised.map(({ body }) =>
      ocsfIn(body).filter(({ class_uid }) => class_uid === 6003),
    )
    const isProven = raised.length >= attacks.length && calls.every(({ length }) => length > 0)
    return isProven ? `${calls.flat().length} calls in ${raised.length} pages` : undefined
  })
  await steps.expect('all', 'all that is kept says SIMULATED', 1_000, () => {
    const kept = activitiesIn(stage.data)
    return kept.length > 0 && kept.every(isLabelled) ? `${kept.length} activities` : undefined
  })
  await steps.expect('all', 'the audit is whole', 5_000, async () => {
    const { status, out } = await keytrail.run('audit', 'verify')
    return status === 0 ? out.trim().split('\n').at(-1) : undefined
  })
}

/** Tasks that no attack touches, but one whose tool asks for what its role never allowed. */
const isBystander = ({ by }: Made): boolean =>
  by !== 'thief' &&
  by !== 'support/tickets-12' &&
  !by.endsWith('newsletter-0525') &&
  !Object.values(victims).includes(by)
