import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { isoTime } from './entities.ts'

/** A log file as it was put into the bucket. */
export type LogFile = {
  readonly account: string
  readonly region: string
  readonly key: string
  /** Uncompressed content. */
  readonly text: string
}

const trail = 'management-events'
const home = 'us-east-1'
const bucket = 'example-trail-logs'

/** Digest files of one trail (CloudTrail User Guide, "digest file structure"): each names what was delivered since the one before. */
export function digesting(start: number) {
  const ends = new Map<string, number>()
  let delivered: LogFile[] = []
  return {
    add: (files: readonly LogFile[]): void => void delivered.push(...files),
    /** Writes the digest of each region, also where nothing was delivered; gives their paths. */
    async write(
      folder: string,
      account: string,
      regions: readonly string[],
      now: number,
    ): Promise<string[]> {
      const paths: string[] = []
      for (const region of regions) {
        const isIts = (file: LogFile): boolean => file.account === account && file.region === region
        const files = delivered.filter(isIts)
        delivered = delivered.filter((file) => !isIts(file))
        const from = ends.get(`${account} ${region}`)
        ends.set(`${account} ${region}`, now)
        const path = join(folder, keyOf(account, region, now))
        const text = JSON.stringify(digestOf(account, region, from, from ?? start, now, files))
        await mkdir(dirname(path), { recursive: true })
        await writeFile(`${path}.part`, gzipSync(text))
        await rename(`${path}.part`, path)
        paths.push(path)
      }
      return paths
    },
  }
}

function keyOf(account: string, region: string, end: number): string {
  const stamp = isoTime(end)
  const day = stamp.slice(0, 10).replaceAll('-', '/')
  const name = `${account}_CloudTrail-Digest_${region}_${trail}_${home}_${stamp.replaceAll(/[-:]/g, '')}.json.gz`
  return `AWSLogs/${account}/CloudTrail-Digest/${region}/${day}/${name}`
}

function digestOf(
  account: string,
  region: string,
  before: number | undefined,
  from: number,
  end: number,
  files: readonly LogFile[],
) {
  return {
    awsAccountId: account,
    digestStartTime: isoTime(from),
    digestEndTime: isoTime(end),
    digestS3Bucket: bucket,
    digestS3Object: keyOf(account, region, end),
    digestPublicKeyFingerprint: '31e8b5433410dfb61a9dc45cc65b22ff',
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: null,
    oldestEventTime: null,
    previousDigestS3Bucket: before === undefined ? null : bucket,
    previousDigestS3Object: before === undefined ? null : keyOf(account, region, before),
    previousDigestHashValue: null,
    previousDigestHashAlgorithm: null,
    previousDigestSignature: null,
    logFiles: files.map(({ key, text }) => ({
      s3Bucket: bucket,
      s3Object: key,
      hashValue: createHash('sha256').update(text).digest('hex'),
      hashAlgorithm: 'SHA-256',
      newestEventTime: isoTime(end),
      oldestEventTime: isoTime(from),
    })),
  }
}
