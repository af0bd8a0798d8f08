import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { commandLine, linesOf } from '#test/command-line.ts'
import { files } from '#infra/files/files.ts'

const folder = join(import.meta.dirname, '..', 'cases')

const Case = z.object({
  case: z.string(),
  input: z.string(),
  expectation: z.enum(['must-fire', 'must-stay-silent', 'must-not-crash']),
  records: z.number(),
  mapped: z.number().optional(),
  mappedMin: z.number().optional(),
  duplicates: z.number().optional(),
  anyOf: z.array(z.string()).optional(),
  mustMention: z.array(z.string()).optional(),
  exit: z.array(z.number()),
  chain: z.array(z.tuple([z.string(), z.string()])).optional(),
})

const Summary = z.object({
  type: z.literal('summary'),
  read: z.number(),
  mapped: z.number(),
  duplicate: z.number(),
  dead: z.number(),
  ignored: z.record(z.string(), z.number()),
  incidents: z.number(),
})

const Who = z.object({ minted: z.array(z.object({ from: z.string(), to: z.string() })) })

const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) =>
    Case.parse(JSON.parse(readFileSync(join(folder, name, 'expect.json'), 'utf8'))),
  )

describe.each(cases)('$case', (wanted) => {
  const input = join(folder, wanted.case, wanted.input)

  test('A1: is read and judged as reported', async () => {
    const { status, out } = await commandLine(files, ['replay', '--json', input])
    expect(wanted.exit).toContain(status)
    const lines = linesOf(out)
    const incidents = lines.filter(({ type }) => type === 'incident')
    const summary = Summary.parse(lines.at(-1))
    const { read, mapped, duplicate, dead, ignored } = summary
    const aside = Object.values(ignored).reduce((sum, count) => sum + count, 0)
    expect(read).toBe(mapped + duplicate + dead + aside)
    // Digests, insights and control messages are ignored records, and no calls.
    expect(read - aside).toBe(wanted.records)
    expect(mapped).toBe(wanted.mapped ?? mapped)
    expect(mapped).toBeGreaterThanOrEqual(wanted.mappedMin ?? 0)
    expect(duplicate).toBe(wanted.duplicates ?? duplicate)
    expect(incidents).toHaveLength(summary.incidents)
    expect(incidents.length > 0).toBe(wanted.expectation === 'must-fire')
    const told = JSON.stringify(incidents)
    expect((wanted.anyOf ?? ['']).some((id) => told.includes(id))).toBe(true)
    for (const id of wanted.mustMention ?? []) expect(told).toContain(id)
  })

  test.for(wanted.chain ?? [])('who shows %s → %s', async ([parent, child]) => {
    const { status, out } = await commandLine(files, ['who', parent, '--json', '--from', input])
    expect(status).toBe(0)
    const { minted } = Who.parse(JSON.parse(out))
    expect(minted).toContainEqual(expect.objectContaining({ from: parent, to: child }))
  })
})
