import type { ByteSource, Files } from '#shared/ports/sources.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import { deliver, type DeliverPorts } from './deliver.ts'
import { digestAt, type DigestPlace } from './digest.ts'
import { lackingIn, readPending, stampOf, type Ground, type Pending } from './digest-check.ts'
import {
  coverageIn,
  coveredIn,
  coveredText,
  horizonMs,
  toldOf,
  type Covered,
  type TrailCovered,
} from './digest-progress.ts'

export type DigestOptions = {
  /** Name of the folder as a source. */
  readonly name: string
  /** Accounts of which it is known which regions they use, all of them; us-east-1, where IAM is, always is one. */
  readonly accounts: ReadonlyMap<string, readonly string[]>
}

export type DigestPorts = DeliverPorts & {
  readonly files: Files
  /** Told whenever it changes what is missing before more can be called complete, by name and reason. */
  readonly lacks: (source: string, what: readonly string[]) => void
}

/** What a look at the folder has found. */
export type Look = Pick<Ground, 'isRead'> & {
  readonly files: readonly ByteSource[]
  readonly now: number
}

/** How long a file may be on its way after the digest that names it, before that is told. */
const graceMs = 10 * 60_000
/** How long digests may take in one look, since what is new in the folder waits meanwhile, ms. */
const lookMs = 2_000
/** What is missing is told up to so many. */
const missingMax = 1_000
/** Trails times regions times accounts of one folder; digests of more are left aside, which calls nothing complete. */
const chainsMax = 2_000

/** The digests of one trail in one region of one account. */
type Chain = {
  readonly account: string
  readonly region: string
  /** Its trail, in words: where it lies and what it is called. */
  readonly title: string
  readonly bookmark: string
  covered: TrailCovered | undefined
  /** End of its newest digest, epoch ms. */
  newest: number
  /** The digest that comes next. */
  pending: Pending | undefined
  /** The one that became a dead letter. */
  dead: Pending | undefined
  /** What holds it up for long, as it was last looked at. */
  missing: readonly string[]
}

type Placed = { readonly file: ByteSource; readonly place: DigestPlace }

type Going = Ground & {
  readonly now: number
  /** When digests were first looked at, epoch ms. */
  readonly begun: number
  /** By the scheduler's clock. */
  readonly until: number
}

/**
 * Tells how far a trail in a watched folder is complete, by its digest files: each names the log files that were delivered in
 * an hour, and follows the one before it. Signatures are not checked: whoever may write into the folder is believed. A digest
 * proves what its trail records; that this is all of an account, its settings must say.
 */
export function digestsIn(options: DigestOptions, ports: DigestPorts) {
  const { name, accounts } = options
  const chains = new Map<string, Chain>()
  const told = new Map<string, Covered>()
  let begun = 0
  let lacking = ''

  // An organisation's trail and one of the account itself may have the same name: they are told apart by where they write.
  const chainOf = ({ root, account, region, trail, home }: DigestPlace): Chain | undefined => {
    const key = `${root}${account}/${region}/${trail}/${home}`
    const known = chains.get(key)
    if (known || chains.size >= chainsMax) return known
    const bookmark = `${name}/digests/${key}`
    const covered = coveredIn(ports.intake.bookmark(bookmark))
    const title = `${root}${account} ${region} ${trail} (${home})`
    const none = { pending: undefined, dead: undefined, missing: [] }
    const chain: Chain = { account, region, title, bookmark, covered, newest: 0, ...none }
    chains.set(key, chain)
    return chain
  }

  const group = (files: readonly ByteSource[]): Map<Chain, Placed[]> => {
    const found = new Map<Chain, Placed[]>()
    for (const file of files) {
      const place = digestAt(file.name)
      const chain = place && chainOf(place)
      if (!chain) continue
      chain.newest = Math.max(chain.newest, place.end)
      const placed = found.get(chain)
      if (placed) placed.push({ file, place })
      else found.set(chain, [{ file, place }])
    }
    return found
  }

  /** What is complete by now, in one batch. */
  const tell = async (received: number): Promise<void> => {
    // What is complete stays so, also where a trail is added that has to catch up.
    const fresh = [...coverageIn([...chains.values()], accounts)].filter(
      ([scope, { end }]) => end > (told.get(scope)?.end ?? 0),
    )
    const progress = fresh.flatMap(([scope, covered]) => toldOf(name, scope, covered))
    if (progress.length > 0)
      await deliver({ source: `${name}/digests`, received, records: [], progress }, ports)
    for (const [scope, covered] of fresh) told.set(scope, covered)
  }

  return {
    async look({ files, isRead, now }: Look): Promise<void> {
      const found = group(files)
      if (found.size === 0 && lacking === '') return
      begun ||= now
      const at = new Map(files.map((file) => [file.name, file]))
      const until = ports.scheduler.elapsed() + lookMs
      const going = { folder: name, at, isRead, now, begun, until }
      // Whoever is furthest behind comes first.
      for (const [chain, placed] of [...found].toSorted(([a], [b]) => endOf(a) - endOf(b)))
        await advance(chain, placed, going, ports)
      await tell(now)
      const missing = [...found.keys()].flatMap((chain) => chain.missing).slice(0, missingMax)
      const text = missing.join('\n')
      if (text !== lacking) ports.lacks(name, missing)
      lacking = text
    },
  }
}

const endOf = ({ covered }: Chain): number => covered?.end ?? 0

/** Goes over digests as far as all that they name is handed over. */
async function advance(
  chain: Chain,
  placed: readonly Placed[],
  going: Going,
  ports: DigestPorts,
): Promise<void> {
  const before = chain.covered
  const ahead = placed
    .filter(({ place }) => place.end > endOf(chain))
    .toSorted((a, b) => a.place.end - b.place.end)
  if (ahead.length === 0) chain.missing = []
  for (const next of ahead) {
    if (ports.scheduler.elapsed() >= going.until) break
    const isOver = chain.newest - next.place.end >= horizonMs && going.now - going.begun >= graceMs
    const held = await step(chain, next, isOver, going, ports)
    const since = chain.pending?.since ?? going.now
    chain.missing = held && going.now - since >= graceMs ? held : []
    if (held) break
  }
  const { covered, bookmark: source } = chain
  if (covered && covered !== before)
    await deliver(
      { source, received: going.now, records: [], bookmark: coveredText(covered) },
      ports,
    )
}

/** One digest further; or what holds it up. Behind what will not come any more coverage begins anew. */
async function step(
  chain: Chain,
  next: Placed,
  isOver: boolean,
  going: Going,
  ports: DigestPorts,
): Promise<readonly string[] | undefined> {
  const { end } = next.place
  const pending = await pendingOf(chain, next, going, ports)
  if (!pending) return []
  const begins = 'files' in pending.digest ? pending.digest.start : (chain.covered?.end ?? end)
  if (chain.covered && begins > chain.covered.end) {
    if (!isOver) return [gapOf(chain, chain.covered.end, begins)]
    chain.covered = { from: begins, end: begins, isAnew: true }
  }
  const { what, waits } = await lackingIn(pending, going, ports)
  if (what.length > 0 && (waits || !isOver)) return what
  chain.covered =
    what.length > 0
      ? { from: end, end, isAnew: true }
      : { ...(chain.covered ?? { from: begins, isAnew: false }), end }
  chain.pending = undefined
  return undefined
}

const iso = (at: number): string => new Date(at).toISOString()

const gapOf = ({ title }: Chain, from: number, until: number): string =>
  `the digest of ${title} from ${iso(from)} to ${iso(until)} (not there)`

/** Reads the digest that comes next. What is none at two looks, since it may still be written at the first, is a dead letter. */
async function pendingOf(
  chain: Chain,
  { file, place }: Placed,
  { now, folder }: Going,
  ports: DigestPorts,
): Promise<Pending | undefined> {
  const known = chain.pending?.file.name === file.name ? chain.pending : undefined
  const isSame = known?.stamp === stampOf(file)
  if (isSame && 'files' in known.digest) return known
  const since = known?.since ?? now
  const pending = isSame ? known : await readPending(file, place, since, ports)
  chain.pending = pending
  if ('files' in pending.digest) return pending
  if (!isSame) return undefined
  if (chain.dead === pending) return pending
  const { reason, field } = pending.digest
  const dead = [deadLetter({ source: file.name, offset: 0 }, reason, field, '')]
  await deliver({ source: chain.bookmark, received: now, records: [], dead }, ports)
  ports.told({ source: folder, mapped: 0, ignored: 0, dead })
  chain.dead = pending
  return pending
}
