import { expect, test } from 'vitest'
import { doorBoard, type Told } from './board.ts'
import { diagnose } from './diagnose.ts'
import { healthOf } from './health.ts'
import { metricsText } from './metrics.ts'
import { reportOf } from './report.ts'

const minute = 60_000

/** A board on which a topic is expected from minute 0 on. */
function topic(brings?: number) {
  const board = doorBoard()
  board.expect('asked', new Map([['bus', { silence: 3_600, brings, isCounted: true }]]), 0)
  const tell = (at: number, told: Partial<Told>): void =>
    board.request('bus', at * minute, {
      taken: 0,
      refused: new Map(),
      late: 0,
      lag: undefined,
      ...told,
    })
  const waits = (at: number, ...messages: number[]): void =>
    tell(at, { behind: { partitions: new Map(messages.entries()) } })
  const states = () => board.states()
  return {
    tell,
    waits,
    health: (at: number) => states().map((state) => healthOf(state, at * minute))[0],
    metrics: (at: number) => {
      const turnedAway = {}
      return metricsText({
        now: at * minute,
        sources: states(),
        vitals: {},
        turnedAway,
        version: '',
      })
    },
    doctor: (at: number) =>
      diagnose(reportOf(states(), {}, at * minute)).find(({ what }) => what === 'messages of bus'),
  }
}

test('what waits is told by partition, most first', () => {
  const { waits, health, metrics, doctor } = topic()
  waits(1, 3, 0, 7)
  const partitions = [
    { partition: 2, messages: 7 },
    { partition: 0, messages: 3 },
  ]
  expect(health(2)).toMatchObject({ is: 'ok', behind: 10, partitions })
  expect(metrics(2)).toContain('keytrail_source_behind_messages{source="bus"} 10\n')
  expect(metrics(2)).toContain(
    'keytrail_source_partition_behind_messages{source="bus",partition="1"} 0\n',
  )
  expect(doctor(2)).toMatchObject({
    is: 'fine',
    says: '10 wait (7 in partition 2, 3 in partition 0)',
  })
})

test('messages of which none is taken for long are not ok, though the broker answers', () => {
  const { waits, tell, health, metrics } = topic()
  waits(0, 4)
  for (let at = 1; at <= 5; at++) waits(at, 4 + at)
  expect(health(5)).toMatchObject({ is: 'ok' })
  waits(6, 12)
  expect(health(6)).toMatchObject({
    is: 'stuck',
    why: '12 messages wait in partition 0, and none was taken for 360 s',
  })
  expect(metrics(6)).toContain('keytrail_source_blind{source="bus"} 1\n')
  tell(7, { taken: 1, behind: { partitions: new Map([[0, 11]]) } })
  expect(health(8)).toMatchObject({ is: 'ok', behind: 11 })
})

test('one partition that moves does not hide another that does not', () => {
  const { waits, tell, health } = topic()
  waits(0, 5, 5)
  for (let at = 1; at <= 6; at++) tell(at, { taken: 1, behind: { partitions: new Map([[0, 5]]) } })
  expect(health(6)).toMatchObject({ is: 'stuck', why: expect.stringContaining('partition 1') })
})

test('what none waited for is not late from the beginning', () => {
  const { waits, health } = topic()
  waits(0, 0)
  waits(20, 0)
  waits(21, 1)
  expect(health(22)).toMatchObject({ is: 'ok', behind: 1 })
})

test('what was told long ago is not known any more, and is not shown as 0', () => {
  const { waits, health, metrics, doctor } = topic()
  expect(doctor(1)).toMatchObject({ is: 'unknown' })
  waits(1, 0)
  expect(doctor(2)).toMatchObject({ is: 'fine', says: '0 wait' })
  expect(health(7)).not.toHaveProperty('behind')
  expect(metrics(7)).not.toContain('behind_messages')
  expect(doctor(7)).toMatchObject({ is: 'unknown' })
})

test('a source that answers and brings nothing is blind only where it was said how long that may be', () => {
  const [silent, strict] = [topic(), topic(600)]
  for (const { tell, waits } of [silent, strict]) {
    tell(0, { taken: 1 })
    for (let at = 1; at <= 70; at += 3) waits(at, 0)
  }
  expect(silent.health(70)).toMatchObject({ is: 'ok' })
  expect(silent.doctor(70)).toMatchObject({ is: 'unknown', todo: expect.any(String) })
  expect(strict.health(9)).toMatchObject({ is: 'ok' })
  expect(strict.health(11)).toMatchObject({
    is: 'silent',
    why: 'it answers, but nothing came for 660 s',
  })
  expect(strict.doctor(70)).toMatchObject({ is: 'fine' })
})

test('of a queue it is told what is in hand, and how old is what was taken last', () => {
  const { tell, metrics, doctor } = topic()
  const partitions = new Map([[0, 9]])
  tell(30, { taken: 1, sent: 5 * minute })
  tell(30, { behind: { partitions, inHand: 2 } })
  expect(doctor(31)).toMatchObject({
    is: 'wrong',
    says: '9 wait, 2 in hand; the latest taken was sent 1560 s ago',
  })
  expect(metrics(31)).toContain('keytrail_source_in_hand_messages{source="bus"} 2\n')
  expect(metrics(31)).toContain(
    'keytrail_source_message_sent_timestamp_seconds{source="bus"} 300\n',
  )
  expect(metrics(31)).not.toContain('partition=')
})
