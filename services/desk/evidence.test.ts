import { describe, expect, test } from 'vitest'
import type { Mark } from '#shared/facts/mark.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { memoryDesk } from '#infra/memory/desk.ts'
import { callWith } from '#test/calls.ts'
import { deskAt, findingOf, incidentOf } from '#test/incidents.ts'
import { evidenceOf } from './evidence.ts'

const marks = (name: string, n: number): Mark[] =>
  Array.from({ length: n }, (_, i) => ({ at: 1_000 + i, id: `${name}-${i}` }))
const finding = (name: string, n: number) => findingOf(name, { evidence: marks(name, n) })

describe('the evidence that is told whole', () => {
  test('is the earliest of each finding, each record once, and no finding is without', () => {
    expect(evidenceOf([finding('a', 50)]).map(({ id }) => id)).toEqual(
      marks('a', 10).map(({ id }) => id),
    )
    const many = Array.from({ length: 9 }, (_, n) => finding(`f${n}`, 50))
    const told = evidenceOf(many)
    expect(told).toHaveLength(30)
    expect(new Set(told.map(({ id }) => id.split('-')[0])).size).toBe(9)
    expect(evidenceOf([finding('a', 3), finding('a', 3)])).toHaveLength(3)
  })
})

describe('who hears of a finding', () => {
  const log = new Map([...marks('a', 3), ...marks('b', 2)].map((each) => [each.id, each]))
  const asked: (readonly [readonly string[], number])[] = []
  const recall = (wanted: readonly Mark[], hand: readonly MappedRecord[]) => {
    asked.push([wanted.map(({ id }) => id), hand.length])
    const found = wanted.flatMap(({ id }) => log.get(id) ?? [])
    return new Map(found.map((each) => [each.id, callWith('run-7', each)]))
  }

  test('gets its evidence once, when it is first told, though it waited; what the log has forgotten is left out', () => {
    const { hear, sent } = deskAt(memoryDesk(), recall)
    hear(1, { r: [incidentOf([finding('a', 4)])] })
    const b = { ...finding('b', 2), detection: 'role-probing' }
    hear(2, { r: [incidentOf([finding('a', 4), b])] })
    hear(100, {})
    expect(sent.map(({ evidence }) => evidence?.map(({ id }) => id))).toEqual([
      ['a-0', 'a-1', 'a-2'],
      ['b-0', 'b-1'],
    ])
    // Nothing new: nobody looks anything up.
    const before = asked.length
    hear(200, { r: [incidentOf([findingOf('a', { count: 9 }), b])] })
    expect(asked.length).toBe(before)
  })

  test('a commit that tells very much looks up no more than its bound', () => {
    asked.length = 0
    const { hear, sent } = deskAt(memoryDesk(), recall)
    const roots = Array.from({ length: 60 }, (_, n) => [
      `r${n}`,
      [incidentOf([finding(`m${n}`, 20)])],
    ])
    hear(1, Object.fromEntries(roots))
    expect(asked.map(([{ length }]) => length)).toEqual([500])
    expect(sent).toHaveLength(60)
  })
})
