import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Chance } from './chance.ts'
import type { LogFile } from './digests.ts'
import type { TrailRecord } from './record.ts'
import type { Due } from './trail.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * Records as CloudTrail puts them into a bucket: one gzip file for each account and region below
 * `AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`. A file appears whole. Gives what it put there.
 */
export async function writeFiles(
  folder: string,
  due: readonly Due[],
  now: number,
  chance: Chance,
): Promise<LogFile[]> {
  const groups = Map.groupBy(
    due,
    ({ record }) => `${record.recipientAccountId} ${record.awsRegion}`,
  )
  const files: LogFile[] = []
  for (const [group, members] of groups) {
    const [account = '', region = ''] = group.split(' ')
    const key = keyOf(account, region, now, chance.letters(16, letters))
    const path = join(folder, key)
    await mkdir(dirname(path), { recursive: true })
    const records: TrailRecord[] = members.map(({ record }) => record)
    const text = JSON.stringify({ Records: records })
    await writeFile(`${path}.part`, gzipSync(text))
    await rename(`${path}.part`, path)
    files.push({ account, region, key, text })
  }
  return files
}

function keyOf(account: string, region: string, now: number, unique: string): string {
  const stamp = new Date(now).toISOString()
  const day = stamp.slice(0, 10).replaceAll('-', '/')
  const minute = stamp.slice(0, 16).replace(/[-:]/g, '')
  const name = `${account}_CloudTrail_${region}_${minute}Z_${unique}.json.gz`
  return `AWSLogs/${account}/CloudTrail/${region}/${day}/${name}`
}
