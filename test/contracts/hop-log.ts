import { afterEach, describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import type { Following, HopLog } from '#shared/ports/hop-log.ts'
import { until } from './topic.ts'

export type HopLogUnderTest = {
  /** With the places `correlate/0`, `correlate/1` and `join/0`, and nothing in them. */
  readonly open: () => Promise<HopLog>
  readonly forget: (place: string, before: number) => Promise<void>
  readonly end?: () => Promise<void>
}

/** Somebody who follows and remembers. */
function listener(most = Infinity) {
  const heard: [offset: number, text: string][] = []
  const lost: string[] = []
  const limit = { most }
  const follower = {
    take: (value: Uint8Array, offset: number) =>
      void heard.push([offset, Buffer.from(value).toString()]),
    wants: () => heard.length < limit.most,
    lost: (why: string) => void lost.push(why),
  }
  return { heard, lost, limit, follower }
}

const said = (place: string, ...texts: readonly string[]) =>
  texts.map((text) => ({ place, value: Buffer.from(text) }))
/** Brokers may not answer for a moment. */
const append = async (log: HopLog, messages: ReturnType<typeof said>): Promise<void> => {
  for (let isDone = false; !isDone;)
    isDone = await log.append(messages).then(
      () => true,
      (thrown: unknown) => {
        if (thrown instanceof Transient) return false
        throw thrown
      },
    )
}

/** What the logs between hops do. */
export function hopLogContract(name: string, make: () => Promise<HopLogUnderTest>): void {
  describe(`hop log: ${name}`, () => {
    const logs: HopLog[] = []
    const ends: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const log of logs.splice(0)) await log.close()
      for (const end of ends.splice(0)) await end()
    })
    const world = async () => {
      const { open, forget, end } = await make()
      if (end) ends.push(end)
      const opened = async (): Promise<HopLog> => {
        const log = await open()
        logs.push(log)
        return log
      }
      return { log: await opened(), opened, forget }
    }

    test('a follower hears all of its place, in order, from where it begins', async () => {
      const { log, opened } = await world()
      await append(log, [...said('correlate/0', 'a', 'b'), ...said('correlate/1', 'x')])
      const [one, two] = [listener(), listener()]
      log.follow('correlate/0', 0, one.follower)
      log.follow('correlate/1', 0, two.follower)
      await append(await opened(), [...said('join/0', 'n'), ...said('correlate/0', 'c', 'd')])
      await until(() => one.heard.length >= 4 && two.heard.length > 0)
      expect(one.heard).toEqual([
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
        [3, 'd'],
      ])
      expect(two.heard).toEqual([[0, 'x']])
      const later = listener()
      const other = await opened()
      other.follow('correlate/0', 2, later.follower)
      await until(() => later.heard.length >= 2)
      expect(later.heard).toEqual([
        [2, 'c'],
        [3, 'd'],
      ])
      expect([one.lost, later.lost]).toEqual([[], []])
      expect(log.state()).toEqual({ as: 'reading' })
    })

    test('much that is small is taken in order, however large it is together', async () => {
      const { log } = await world()
      const texts = Array.from({ length: 20 }, (_, n) => String(n).padEnd(600 << 10, '.'))
      await append(log, said('correlate/0', ...texts))
      const one = listener()
      log.follow('correlate/0', 0, one.follower)
      await until(() => one.heard.length >= texts.length)
      expect(one.heard.map(([, text]) => text.slice(0, 9))).toEqual(
        texts.map((text) => text.slice(0, 9)),
      )
    })

    test('who wants no more gets no more until it asks; who left hears nothing, and may begin anew', async () => {
      const { log } = await world()
      const one = listener(2)
      const following: Following = log.follow('correlate/0', 0, one.follower)
      await append(log, said('correlate/0', 'a', 'b', 'c', 'd'))
      await until(() => one.heard.length >= 2)
      expect(one.heard).toHaveLength(2)
      one.limit.most = 3
      following.more()
      await until(() => one.heard.length >= 3)
      following.leave()
      one.limit.most = Infinity
      const anew = listener()
      log.follow('correlate/0', 1, anew.follower)
      await until(() => anew.heard.length >= 3)
      expect(anew.heard.map(([, text]) => text)).toEqual(['b', 'c', 'd'])
      expect(one.heard.map(([, text]) => text)).toEqual(['a', 'b', 'c'])
    })

    test('what is forgotten, or was never there, is told as lost', async () => {
      const { log, opened, forget } = await world()
      await append(log, said('correlate/0', 'a', 'b', 'c'))
      await forget('correlate/0', 2)
      const [before, behind] = [listener(), listener()]
      log.follow('correlate/0', 1, before.follower)
      await until(() => before.lost.length > 0)
      const other = await opened()
      other.follow('correlate/0', 9, behind.follower)
      await until(() => behind.lost.length > 0)
      expect([before.heard, behind.heard]).toEqual([[], []])
    })
  })
}
