import { describe, expect, test } from 'vitest'
import { activity } from '#test/properties/records.ts'
import { call, detectionsOf, lent, registered, reported, run, runner, started } from './cast.ts'

/** Ways to hide a theft, or to blame somebody for one, by what is said around it. */

const ours = { source: 'orchestrator' }
const his = { source: 'thief' }
const time = (seconds: number): string =>
  new Date(Date.UTC(2026, 4, 4, 9) + seconds * 1000).toISOString()
const task = [
  registered('a-1', { sources: ['orchestrator'], ...ours }),
  registered('a-2', { sources: ['thief'], ...his }),
  lent(),
  started('t-1', 'a-1', ours),
]
const theft = [started('t-2', 'a-2', his), call(2, runner), reported('t-2', 'a-2', 'r-2', his)]

describe('B4: who may register', () => {
  const later = (more: object): unknown =>
    activity('agent.registered', JSON.stringify(more), 30, { agent: 'a-1', ...more })
  const subTask = started('t-2', 'a-2', { parent: 't-1', ...his })

  test('B4: nobody adds himself to the sources of an agent that names them', async () => {
    const records = [...task, ...theft, subTask, later({ sources: ['thief'], ...his })]
    expect(detectionsOf(await run(records))).toContain('reused-by-agent')
  })

  test('B4: a source that the agent names may add another', async () => {
    const records = [...task, ...theft, subTask, later({ sources: ['thief'], ...ours })]
    expect(detectionsOf(await run(records))).not.toContain('reused-by-agent')
  })

  test('B4: a door stamp founds an agent, not a time that its writer chose', async () => {
    const backdated = activity('agent.registered', 'backdated', -9000, {
      agent: 'a-1',
      sources: ['thief'],
      received: time(40),
      ...his,
    })
    const stamped = task.map((each) => ({ ...(each as object), received: time(1) }))
    const records = [...stamped.slice(0, 2), ...task.slice(2), ...theft, subTask, backdated]
    expect(detectionsOf(await run(records))).toContain('reused-by-agent')
  })
})

describe('A7: who may end a task', () => {
  const end = (more: object): unknown =>
    activity('task.ended', JSON.stringify(more), 10, { task: 't-1', ...more })

  test.each([
    ['its own source', ours, true],
    ['somebody else', his, false],
  ])('A7: a task that is ended by %s', async (_, more, stands) => {
    const records = [...task, end(more), call(2, runner, { at: 600 })]
    expect(detectionsOf(await run(records)).includes('used-after-end')).toBe(stands)
  })

  const tagged = task.slice(0, 3)
  const forged = started('t-1', 'a-2', his)

  test.each([
    ['nobody declared, by its own source', [], ours, true],
    ['nobody declared, by somebody else', [], his, false],
    ['somebody else claims to have started, by its own source', [forged], ours, true],
    ['somebody else claims to have started, by himself', [forged], his, false],
  ])('A7: a task whose agent the issue names and that %s', async (_, claims, more, stands) => {
    const records = [...tagged, ...claims, end(more), call(2, runner, { at: 600 })]
    expect(detectionsOf(await run(records)).includes('used-after-end')).toBe(stands)
  })
})

describe('bounds hide nothing', () => {
  test('C3: no number of honest reports hides the report of a stranger', async () => {
    for (let n = 0; n < 6; n++) {
      const honest = Array.from({ length: 400 }, (_, i) => [
        call(1000 * n + i + 100, runner),
        reported('t-1', 'a-1', `r-${1000 * n + i + 100}`, ours),
      ]).flat()
      expect(detectionsOf(await run([...task, ...honest, ...theft]))).toContain('reused-by-agent')
    }
  })
})
