import { expect, test } from 'vitest'
import { ConfigError, configFrom } from '#shared/config.ts'

const queuesOf = (...queues: readonly object[]) =>
  configFrom({ file: { name: 'keytrail.yaml', content: { aws: { queues } } } }).aws.queues

function problems(...queues: readonly object[]): readonly string[] {
  try {
    queuesOf(...queues)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems
    throw thrown
  }
  return []
}

const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/keytrail'
const files = { name: 'files', url, holds: 'files', buckets: ['my-trail'] }
const calls = { name: 'calls', url, holds: 'calls' }

test('the address of a queue says its region; that of a simulator does not', () => {
  expect(queuesOf(files, calls)).toEqual([files, { ...calls, buckets: [] }])
  const elsewhere = { ...calls, url: 'http://127.0.0.1:5000/123456789012/q' }
  expect(problems({ ...elsewhere, region: 'us-east-1' })).toEqual([])
  expect(problems(elsewhere)[0]).toContain('aws.queues.0.region')
})

test.each<[object, string]>([
  [{ ...files, buckets: [] }, 'buckets'],
  [{ ...calls, buckets: ['my-trail'] }, 'buckets'],
  [{ ...files, buckets: ['No_Bucket'] }, 'buckets'],
  [{ ...calls, prefix: 'AWSLogs/' }, 'prefix'],
  [{ ...files, silence: 0 }, 'silence'],
  [{ ...files, url: 'my-queue' }, 'url'],
  [{ ...files, holds: 'both' }, 'holds'],
])('%j is refused because of its %s', (queue, field) => {
  expect(problems(queue)[0]).toContain(`aws.queues.0.${field}`)
})
