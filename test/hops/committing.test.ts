import { expect, test } from 'vitest'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { memoryDeadLetters } from '#infra/memory/dead-letters.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { Transient, Unusable } from '#shared/errors.ts'
import { committing, refuseWorkers } from '#services/hops/committing.ts'
import type { Unit } from '#services/serve/tell.ts'

function house(generation = 'g') {
  const data = { effects: memoryEffects(), letters: memoryDeadLetters(), close: () => undefined }
  const heard: number[] = []
  const held = { by: '' }
  const made = (of = generation) =>
    committing(of, {
      own: () => (held.by === '' ? data : { heldBy: held.by }),
      begin: () => ({
        participants: [{ take: ({ position }: Unit) => void heard.push(position) }],
        close: async () => await Promise.resolve(),
      }),
      scheduler: systemScheduler,
      at: () => undefined,
    })
  return { data, heard, held, made }
}

test('each unit is told once and in order, whoever commits it again', async () => {
  const { data, heard, made } = house()
  const [one, late] = [made(), made()]
  for (const unit of [1, 2, 2, 3]) await one.commit([], unit)
  await late.commit([], 2)
  expect(heard.filter((unit) => unit > 0)).toEqual([1, 2, 3])
  expect(data.effects.emittedThrough()).toBe(3)
})

test('a unit that leaves one out is refused: the database is not the one that these topics go with', async () => {
  const { made } = house()
  await expect(made().commit([], 2)).rejects.toThrow(Unusable)
})

test('while another process writes it waits', async () => {
  const { data, held, made } = house()
  held.by = 'w1'
  await expect(made().commit([], 1)).rejects.toThrow(Transient)
  held.by = ''
  await made().commit([], 1)
  expect(data.effects.emittedThrough()).toBe(1)
})

test('one process alone does not go on from what workers committed', async () => {
  const { data, made } = house()
  refuseWorkers(data.effects)
  await made().commit([], 1)
  expect(() => refuseWorkers(data.effects)).toThrow(Unusable)
})

test('what others have committed is not gone on from', async () => {
  const { data, made } = house()
  await made().commit([], 1)
  await expect(made('other').commit([], 2)).rejects.toThrow(/other code or settings/)
  data.effects.rebase({ findings: new Map(), incidents: new Map() }, 'alone', 1)
  await expect(made().commit([], 2)).rejects.toThrow(/one process alone/)
})
