import { describe, expect, test } from 'vitest'
import { memoryJournal } from '#infra/memory/journal.ts'
import { memoryRecordIndex } from '#infra/memory/record-index.ts'
import { stretchMs } from '#shared/ports/record-index.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { callWith } from '#test/calls.ts'
import { bodyOf, idsOf } from './batch.ts'
import { recall, recallBounds } from './recall.ts'

const record = (id: string, at: number): MappedRecord => ({
  record: id,
  activities: [callWith('run-7', { at, id })],
})

/** A log of batches of one or more records, each `id:time`. */
function logOf(...batches: readonly string[]) {
  const ports = { journal: memoryJournal(), records: memoryRecordIndex() }
  for (const text of batches) {
    const records = text.split(' ').map((each) => {
      const [id = '', at] = each.split(':')
      return record(id, Number(at))
    })
    const batch = { records, dead: [], progress: [] }
    const position = ports.journal.append(bodyOf(batch), 0)
    ports.records.note(position, idsOf(batch))
  }
  return ports
}

const mark = (text: string) => {
  const [id = '', at] = text.split(':')
  return { id, at: Number(at) }
}
const asked = (
  marks: string,
  ports: ReturnType<typeof logOf>,
  hand: readonly MappedRecord[] = [],
  bounds = recallBounds,
) => [...recall(marks.split(' ').map(mark), hand, ports, bounds).keys()].toSorted()

describe('records by their ids', () => {
  test('are found in whatever batch they came, as they were', () => {
    const ports = logOf('a:10 b:12', `c:${stretchMs} z:13`, `d:11 e:${9 * stretchMs}`)
    const found = recall([mark('b:12'), mark('d:11')], [], ports)
    expect(found).toEqual(
      new Map(['b:12', 'd:11'].map(mark).map((each) => [each.id, callWith('run-7', each)])),
    )
    expect(asked(`e:${9 * stretchMs} c:${stretchMs} a:10`, ports)).toEqual(['a', 'c', 'e'])
  })

  test('what is at hand is not looked for in the log', () => {
    const ports = logOf('a:10')
    const none = { ...recallBounds, batches: 0 }
    expect(asked('a:10 h:20', ports, [record('h', 20)], none)).toEqual(['h'])
    expect(asked('a:10 h:20', ports, [record('h', 20)])).toEqual(['a', 'h'])
  })

  test('what the log has forgotten, or never had, is missing, and nothing else', () => {
    const ports = logOf('a:10', 'b:20')
    ports.journal.forget(1, 1)
    expect(asked('a:10 b:20 x:20', ports)).toEqual(['b'])
  })

  test('no question costs more than its bounds: batches, ids, bytes', () => {
    const ports = logOf('a:10', 'b:10', 'c:10')
    // The last logged first: `a` is the third batch.
    expect(asked('a:10', ports, [], { ...recallBounds, batches: 2 })).toEqual([])
    expect(asked('a:10', ports, [], { ...recallBounds, batches: 3 })).toEqual(['a'])
    expect(asked('a:10', ports, [], { ...recallBounds, ids: 2 })).toEqual([])
    expect(asked('a:10 b:10 c:10', ports, [], { ...recallBounds, bytes: 10 })).toEqual(['c'])
  })

  test('a batch that alone is larger than the bound gives evidence, and then no other', () => {
    const ports = logOf('a:10', 'b:20', `c:${stretchMs}`)
    const few = { ...recallBounds, bytes: 10 }
    expect(asked('a:10', ports, [], few)).toEqual(['a'])
    expect(asked('b:20 a:10', ports, [], few)).toEqual(['b'])
    expect(asked(`a:10 c:${stretchMs}`, ports, [], few)).toEqual(['a'])
  })
})
