import { expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { Transient } from '#shared/errors.ts'
import { doorBoard } from '#services/doors/board.ts'
import { healthOf } from '#services/doors/health.ts'
import { keepPolling } from './polling.ts'
import type { Source } from './source.ts'

test('what is in the way of a part is told once, shows in the health, and slows nothing', async () => {
  const scheduler = manualScheduler(1_000)
  const board = doorBoard()
  board.expect('asked', new Map([['files', { silence: 120 }]]), 1_000)
  const said: string[] = []
  const say = (text: unknown): void => void said.push(String(text))
  const trouble = new Transient('reading a.json.gz', { cause: 'denied' })
  const answers = [{ ms: 0, trouble }, { ms: 0, trouble }, 0]
  let polls = 0
  const source: Source = {
    name: 'files',
    silence: 120,
    poll: async () => {
      board.heard('files', scheduler.now())
      return await Promise.resolve(answers[polls++] ?? 60_000)
    },
  }
  const log = { info: say, warn: say, error: say, debug: say }
  const polling = keepPolling([source], { scheduler, log, board, failed: say })
  const healths: string[] = []
  for (let n = 0; n < 3; n++) {
    scheduler.pass(1)
    await new Promise((resolve) => setImmediate(resolve))
    const [state] = board.states()
    if (state) healths.push(healthOf(state, scheduler.now()).is)
  }
  await polling.close()
  expect(polls).toBe(3)
  expect(healths).toEqual(['failing', 'failing', 'ok'])
  expect(said).toEqual(['a source does not answer', 'a source answers again'])
})
