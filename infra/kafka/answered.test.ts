import { expect, test } from 'vitest'
import { isAnswered } from './answered.ts'

const to = (topic: string, partition: number) => ({ topic, partition })
const from = (topicName: string, partition: number, errorCode = 0) => ({
  topicName,
  partition,
  errorCode,
})

test('a send that resolves without the answer of a partition was no send', () => {
  const sent = [to('a', 0), to('a', 0), to('a', 3), to('b', 0)]
  const all = [from('a', 0), from('a', 3), from('b', 0)]
  expect(isAnswered(sent, all)).toBe(true)
  for (const missing of all) {
    const rest = all.filter((each) => each !== missing)
    expect(isAnswered(sent, rest)).toBe(false)
    expect(isAnswered(sent, [...rest, { ...missing, errorCode: 6 }])).toBe(false)
  }
})
