import { join } from 'node:path'
import type { Answer, Credential, Params, Request } from './call.ts'
import type { ServiceCaller } from './caller.ts'
import { chanceOf } from './chance.ts'
import { digesting } from './digests.ts'
import { writeFiles } from './files.ts'
import { createRole, type NewRole } from './iam-roles.ts'
import { createKey, createUser } from './iam-users.ts'
import { lookupOf } from './lookup.ts'
import { perform, type Cloud } from './perform.ts'
import { serveCloud, type Mishap } from './server.ts'
import { newAccount, type Account, type Credentials, type Role, type User } from './state.ts'
import type { TrailRecord } from './record.ts'
import { trailOf, type Delivery, type Due, type Trail } from './trail.ts'

export type FakeAwsOptions = {
  /** The same seed, clock and calls give the same ids, delays and answers. */
  readonly seed: number
  /** Epoch ms; it may stand still, and never goes back. */
  readonly now: () => number
  /** How long a change of IAM takes to be in effect, ms: drawn for each from low to high. Default 0 to 4 s. */
  readonly propagation?: readonly [low: number, high: number]
  /** How old the state is that reads of IAM show, ms. Default 0. */
  readonly readLag?: number
  readonly delivery?: Partial<Delivery>
  /** How long the token of a page of LookupEvents is good, ms. Default without end: AWS names no time. */
  readonly tokenLife?: number
  /** Share of calls over HTTP to which each happens. Default none. */
  readonly mishaps?: Readonly<Partial<Record<Mishap, number>>>
  /** Hears of each call at once, by its record and before its answer, however late the record comes into the trail. */
  readonly heard?: (record: TrailRecord) => void
}

const usual: Delivery = {
  delay: [2 * 60_000, 9 * 60_000],
  late: { share: 0, by: 30 * 60_000 },
  twice: { share: 0, by: 5 * 60_000 },
}

export type FakeAws = Awaited<ReturnType<typeof createFakeAws>>

/**
 * IAM, STS and CloudTrail of a cloud that is not there: an HTTP server for AWS's own clients, and the same for whoever
 * plays its inhabitants. Close it.
 */
export async function createFakeAws(options: FakeAwsOptions) {
  const { seed, now, propagation = [0, 4_000], readLag = 0, tokenLife = Infinity } = options
  const chance = chanceOf(seed)
  const nature = { now, chance, readLag, propagation: () => chance.between(...propagation) }
  // Chance of its own: how records come does not change which ids are drawn.
  const trail = heardOf(
    trailOf(chanceOf(seed ^ 0x5bd1e995), { ...usual, ...options.delivery }),
    options.heard,
  )
  const accounts = new Map<string, Account>()
  const credentials: Credentials = new Map()
  const lookup = lookupOf(trail, tokenLife)
  const cloud: Cloud = { nature, accounts, credentials, trail, lookup }
  const mishaps = { shares: options.mishaps ?? {}, next: [] as Mishap[] }
  const server = await serveCloud(cloud, chanceOf(seed ^ 0x27d4eb2f), mishaps)
  const digests = digesting(now())
  const call = (request: Request): Answer => perform(cloud, request)
  return {
    /** Endpoint for the clients of IAM, STS and CloudTrail. */
    url: server.url,
    close: server.close,
    call,
    ...callers(call),
    ...builders(cloud),
    /** What happens to the next calls over HTTP that change something. */
    next: (mishap: Mishap): void => void mishaps.next.push(mishap),
    /** Records that came since it was last asked, in the order of coming. */
    take: (): readonly Due[] => trail.take(now()),
    /** The same as files below a folder, in the layout of a bucket; gives their paths. */
    deliver: async (folder: string): Promise<string[]> => {
      const files = await writeFiles(folder, trail.take(now()), now(), chance)
      digests.add(files)
      return files.map(({ key }) => join(folder, key))
    },
    /** The digests of what was delivered since the last ones, as files in the same layout; gives their paths. */
    digest: (folder: string, account: string, regions: readonly string[]): Promise<string[]> =>
      digests.write(folder, account, regions, now()),
  }
}

const heardOf = (trail: Trail, heard: FakeAwsOptions['heard']): Trail => ({
  ...trail,
  add(record, now) {
    heard?.(record)
    trail.add(record, now)
  },
})

/** Calls that give credentials. They throw what AWS would answer. */
function callers(call: (request: Request) => Answer) {
  const credentialOf = (answer: Answer): Credential => {
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`)
    const given = answer.data['Credentials'] as Record<string, string>
    return {
      key: given['AccessKeyId'] ?? '',
      secret: given['SecretAccessKey'] ?? '',
      token: given['SessionToken'] ?? '',
      expires: Date.parse(given['Expiration'] ?? ''),
    }
  }
  type From = Pick<Request, 'region' | 'address' | 'userAgent'>
  type Caller = Credential | ServiceCaller
  const by =
    (action: string) =>
    (credential: Caller, params: Params, from: From = {}): Credential =>
      credentialOf(call({ ...from, credential, service: 'sts', action, params }))
  return {
    assumeRole: by('AssumeRole'),
    getSessionToken: by('GetSessionToken'),
    getFederationToken: by('GetFederationToken'),
  }
}

/** What its owner sets up, and what an onlooker sees: at once, without delay, permission or record. */
function builders({ accounts, nature, credentials }: Cloud) {
  const accountIn = (id: string): Account => {
    const account = accounts.get(id) ?? newAccount(id)
    accounts.set(id, account)
    return account
  }
  const entityIn = (account: string, target: string): User | Role => {
    const [kind, name = ''] = target.split('/')
    const { users, roles } = accountIn(account)
    const found = kind === 'user' ? users.get(name) : roles.get(name)
    if (!found) throw new Error(`${target}: add it first`)
    return found
  }
  /** Sets or removes an inline policy of `user/NAME` or `role/NAME`. */
  const setPolicy = (account: string, target: string, name: string, text: string | null): void => {
    const { inline } = entityIn(account, target)
    const changed = new Map(inline.read(nature.now()))
    if (text === null) changed.delete(name)
    else changed.set(name, text)
    inline.write(changed, nature.now(), 0)
  }
  return {
    addUser: (account: string, name: string, path?: string): User =>
      createUser(accountIn(account), nature, name, path),
    addRole: (account: string, role: NewRole): Role => createRole(accountIn(account), nature, role),
    addKey: (account: string, user: string): Credential => {
      const owner = entityIn(account, `user/${user}`)
      if (owner.kind !== 'user') throw new Error(`${user} is no user`)
      const { id, secret } = createKey(owner, nature, credentials)
      return { key: id, secret }
    },
    setPolicy,
    policyOn: (account: string, target: string, name: string): string | null =>
      entityIn(account, target).inline.read(nature.now()).get(name) ?? null,
    keyStatus: (key: string): 'Active' | 'Inactive' | 'none' => {
      const known = credentials.get(key)
      return known?.kind === 'key' ? (known.status.read(nature.now()) ?? 'none') : 'none'
    },
    setKeyStatus: (key: string, status: 'Active' | 'Inactive' | undefined): void => {
      const known = credentials.get(key)
      if (known?.kind === 'key') known.status.write(status, nature.now(), 0)
    },
  }
}
