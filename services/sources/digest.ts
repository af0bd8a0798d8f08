import { z } from 'zod'

/** Where a digest file lies, and what its name says; times are epoch ms. */
export type DigestPlace = {
  readonly account: string
  readonly region: string
  readonly trail: string
  /** The home region of the trail: names are unique within an account and a region only. */
  readonly home: string
  /** `digestEndTime`, as its name has it. */
  readonly end: number
  /** What stands before the account in its path: the same for the log files that it names. */
  readonly root: string
}

/** CloudTrail User Guide, "digest file structure": the place of a digest; its name ends with its `digestEndTime`. */
const place =
  /^((?:.*\/)?)(\d{12})\/CloudTrail-Digest\/([a-z0-9-]{1,64})\/\d{4}\/\d\d\/\d\d\/\d{12}_CloudTrail-Digest_[a-z0-9-]+_([\w.-]{1,128})_([a-z0-9-]{1,64})_(\d{8}T\d{6}Z)(?:_backfill)?\.json(?:\.gz)?$/

/** What the path of a digest file says; undefined for every other file. */
export function digestAt(path: string): DigestPlace | undefined {
  const match = path.includes('CloudTrail-Digest/') ? place.exec(path) : null
  if (!match) return undefined
  const [, root = '', account = '', region = '', trail = '', home = '', stamp = ''] = match
  const end = Date.parse(
    stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  return Number.isNaN(end) ? undefined : { account, region, trail, home, end, root }
}

/** Log files that one digest may name: an hour of the largest trails has some thousands. */
const filesMax = 100_000
const keyMax = 1024

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

const shape = z.object({
  awsAccountId: z.string().regex(/^\d{12}$/),
  digestStartTime: time,
  digestEndTime: time,
  logFiles: z
    .array(
      z.object({
        s3Object: z.string().max(keyMax),
        hashAlgorithm: z.literal('SHA-256'),
        hashValue: z.string().regex(/^[0-9a-f]{64}$/i),
      }),
    )
    .max(filesMax),
})

export type Digest = {
  /** Epoch ms. It names the log files that were delivered between them, whatever their events' times. */
  readonly start: number
  readonly end: number
  readonly files: readonly NamedFile[]
}

export type NamedFile = {
  /** Where it lies behind `root`: `ACCOUNT/CloudTrail/REGION/…`. */
  readonly path: string
  /** SHA-256 of its uncompressed content, hex in lower case. */
  readonly hash: string
}

/** Not a digest, or not the one of its place: why, and of which field. */
export type NoDigest = { readonly reason: string; readonly field: string }

/** Reads the text of a digest, and holds it to its place. */
export function readDigest(text: string, { account, region, end }: DigestPlace): Digest | NoDigest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { reason: 'no digest: not valid JSON', field: '' }
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return {
      reason: 'no digest: a field is missing or malformed',
      field: issue?.path.join('.') ?? '',
    }
  }
  const { awsAccountId, digestStartTime, digestEndTime, logFiles } = parsed.data
  if (awsAccountId !== account)
    return { reason: 'the digest of another account', field: 'awsAccountId' }
  if (digestEndTime !== end)
    return { reason: 'the digest of another time than its name says', field: 'digestEndTime' }
  if (digestStartTime > digestEndTime)
    return { reason: 'a digest that ends before it starts', field: 'digestStartTime' }
  const files: NamedFile[] = []
  for (const { s3Object, hashValue } of logFiles) {
    const path = pathOf(s3Object, account, region)
    if (path === undefined)
      return { reason: 'a digest that names no log file of its trail', field: 'logFiles.s3Object' }
    files.push({ path, hash: hashValue.toLowerCase() })
  }
  return { start: digestStartTime, end, files }
}

/** CloudTrail User Guide, "log file name format"; `O-ID` stands before the account in the trail of an organisation. */
function pathOf(key: string, account: string, region: string): string | undefined {
  const path = `${account}/CloudTrail/${region}/`
  const at = key.lastIndexOf(`/${path}`) + 1
  return at > 0 && /^\d{4}\/\d\d\/\d\d\/[\w.-]+$/.test(key.slice(at + path.length))
    ? key.slice(at)
    : undefined
}
