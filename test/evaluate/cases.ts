import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Replayed } from '#services/replay/replay.ts'
import { who } from '#services/who/who.ts'
import { check, type Check } from './check.ts'
import type { Entry } from './entries.ts'

/** expect.json beside a case. What is absent is not judged. */
const Expect = z.object({
  kind: z.enum(['replay', 'otlp']),
  expectation: z.enum(['must-fire', 'must-stay-silent', 'must-not-crash']),
  anyOf: z.array(z.string()).optional(),
  mustMention: z.array(z.string()).optional(),
  records: z.number().optional(),
  mapped: z.number().optional(),
  duplicates: z.number().optional(),
  dead: z.number().optional(),
  exit: z.array(z.number()).optional(),
  chain: z.array(z.tuple([z.string(), z.string()])).optional(),
})
export type Expect = z.infer<typeof Expect>

/** The case's expectations; undefined if the folder is no case. */
export async function readExpect(root: string, { folder }: Entry): Promise<Expect | undefined> {
  const text = await readFile(join(root, folder, 'expect.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Expect.parse(JSON.parse(text))
}

export function caseChecks({ name }: Entry, expect: Expect, replayed: Replayed): Check[] {
  const { counts, incidents, engine } = replayed
  const named = new Set(incidents.flatMap(({ credentials }) => credentials))
  const numbers: readonly (readonly [string, number | undefined, number])[] = [
    // Digests and control messages are read and ignored (SEMANTICS A1); a case counts what is a record.
    ['records', expect.records, counts.mapped + counts.duplicate + counts.dead],
    ['mapped', expect.mapped, counts.mapped],
    ['duplicates', expect.duplicates, counts.duplicate],
    ['dead', expect.dead, counts.dead],
  ]
  return [
    ...numbers
      .filter(([, wanted]) => wanted !== undefined)
      .map(([what, wanted, given]) =>
        check(name, `${what}: ${wanted}`, wanted === given, String(given)),
      ),
    ...(expect.expectation === 'must-stay-silent'
      ? [check(name, 'stays silent', incidents.length === 0, titles(replayed))]
      : []),
    ...(expect.anyOf
      ? [
          check(
            name,
            'names one of the keys',
            expect.anyOf.some((key) => named.has(key)),
            titles(replayed),
          ),
        ]
      : []),
    ...(expect.mustMention ?? []).map((key) =>
      check(name, 'names the key', named.has(key), titles(replayed)),
    ),
    ...(expect.chain ?? []).map(([parent, child]) => {
      const minted = who(engine.states, parent)?.minted ?? []
      return check(
        name,
        'shows the chain',
        minted.some(({ to }) => to === child),
      )
    }),
  ]
}

const titles = ({ incidents }: Replayed): string => incidents.map(({ title }) => title).join(' ')
