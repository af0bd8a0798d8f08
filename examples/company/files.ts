import { trailFile } from '../book/book.ts'
import { day } from './day.ts'

/** The example as files: CloudTrail files as a bucket holds them, one record a line, and the reports of the agents. */
export function filesOf(): Map<string, string> {
  const { records, reports } = day()
  const files = new Map<string, string>()
  const groups = Map.groupBy(records, (record) => {
    const hour = String(record['eventTime']).slice(11, 13)
    return trailFile(
      String(record['recipientAccountId']),
      String(record['awsRegion']),
      '2026-05-04',
      `${hour}55`,
    )
  })
  for (const [name, group] of groups)
    files.set(name, `{"Records":[\n${lines(group).join(',\n')}\n]}\n`)
  files.set('agents/2026-05-04.jsonl', `${lines(reports).join('\n')}\n`)
  return files
}

const lines = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each))
