import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { through, type Through } from '#test/engine.ts'
import type { Detection, Example } from './detection.ts'
import { detections } from './detections/index.ts'

/** Detections that compare where and with what a credential is used; to the others the user agent must not matter. */
const comparesAgents = new Set(['instance-credentials-off-instance', 'session-in-two-places'])

const run = ({ records, covers = [], issuers = [] }: Example, more: Through = {}) =>
  through(records, { covers, issuers, ...more })

const idsOf = async (example: Example, more?: Through): Promise<Set<string>> =>
  new Set((await run(example, more)).findings.map(({ detection }) => detection))

const examplesOf = ({ id, fires, silent }: Detection): (readonly [string, Example])[] =>
  [...fires, ...silent].map((example) => [`${id}: ${example.when}`, example] as const)

const all = detections.flatMap(examplesOf)

describe.each(detections.map((detection) => [detection.id, detection] as const))(
  '%s',
  (id, detection) => {
    test('is told completely', () => {
      expect(detection.fires.length).toBeGreaterThanOrEqual(2)
      expect(detection.silent.length).toBeGreaterThanOrEqual(2)
      expect(detection.attack.length > 0 || detection.severity === 'info').toBe(true)
      for (const text of [
        detection.title,
        detection.why,
        detection.falseAlarms,
        detection.withdrawnBy,
      ])
        expect(text).not.toBe('')
    })

    test.each(detection.fires.map((example) => [example.when, example] as const))(
      'fires when %s',
      async (_, example) => {
        expect(await idsOf(example)).toContain(id)
      },
    )

    test.each(detection.silent.map((example) => [example.when, example] as const))(
      'is silent when %s',
      async (_, example) => {
        expect(await idsOf(example)).not.toContain(id)
      },
    )

    test('every record of the examples is understood', async () => {
      for (const example of [...detection.fires, ...detection.silent])
        expect((await run(example)).counts, example.when).toMatchObject({ dead: 0, ignored: {} })
    })
  },
)

describe('the law: what stands depends on the records alone', () => {
  test.each(all)('%s', async (_, example) => {
    const told = await run(example)
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1, 3, 8),
        async (shuffle, duplicate, batch, partitions) => {
          const again = await run(example, { batch, partitions, arrival: { shuffle, duplicate } })
          expect(again.hash).toBe(told.hash)
          expect(findingsOf(again.findings)).toEqual(findingsOf(told.findings))
        },
      ),
      { numRuns: runs(10) },
    )
  })
})

type Standing = Awaited<ReturnType<typeof through>>['findings']
const findingsOf = (findings: Standing): string[] =>
  findings
    .map(({ key, severity, evidence, says }) => JSON.stringify([key, severity, says, evidence]))
    .toSorted()

test('no detection depends on the user agent, but those that compare agents', async () => {
  for (const [name, example] of all) {
    const bare = { ...example, records: example.records.map(withoutAgent) }
    const [before, after] = [await idsOf(example), await idsOf(bare)]
    expect(blindOnes(after), name).toEqual(blindOnes(before))
  }
})

const blindOnes = (ids: ReadonlySet<string>): string[] =>
  [...ids].filter((id) => !comparesAgents.has(id)).toSorted()

function withoutAgent(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record
  const { userAgent: _, ...rest } = record as Record<string, unknown>
  return rest
}
