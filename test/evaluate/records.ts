import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { normalise } from '#services/normalise/normalise.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { who } from '#services/who/who.ts'
import { check, type Check } from './check.ts'
import type { Entry } from './entries.ts'

/** read = mapped + duplicate + dead + ignored, and what was not read is told. */
export function sumCheck(entry: Entry, { counts, unread }: Replayed): Check {
  const { read, mapped, duplicate, dead, ignored } = counts
  const kept = Object.values(ignored).reduce((sum, n) => sum + n, 0)
  const sum = `${read} = ${mapped} + ${duplicate} + ${dead} + ${kept}`
  return check(
    entry.name,
    'nothing is lost',
    read === mapped + duplicate + dead + kept && unread.length === 0,
    sum,
  )
}

/** One row of CHAINS.jsonl: a record that issued a key which later records show. */
type Chain = {
  readonly source: string
  readonly issuedKey: string
  readonly issueFile: string
  readonly issueEventID: string
}

/** Every issue → use of CHAINS.jsonl must be an edge that `keytrail who` shows. */
export async function chainChecks(
  root: string,
  runs: ReadonlyMap<Entry, Replayed>,
): Promise<Check[]> {
  const chains = await lines<Chain>(join(root, 'CHAINS.jsonl'))
  return chains.map(({ source, issuedKey, issueFile, issueEventID }, i) => {
    const holds = ({ name, folder }: Entry): boolean =>
      folder === source && (name === folder || name === `${folder}/${issueFile}`)
    const [, replayed] = [...runs].find(([entry]) => holds(entry)) ?? []
    const answer = replayed && who(replayed.engine.states, issuedKey)
    const edges = (answer?.became ?? [])
      .filter(({ key }) => key === issuedKey)
      .map(({ edge }) => edge)
    // A service is nobody's parent: its issue is shown as made, not as a step of the chain.
    const made = (answer?.madeBy ?? []).filter(({ to }) => to === issuedKey)
    const found = [...edges, ...made].some((edge) => edge?.record === issueEventID)
    return check(`chains/${source}`, `chain ${i + 1} is found`, found, `${issuedKey.slice(0, 8)}…`)
  })
}

/** One row of BAD_INPUT.jsonl: a record that is odd in some way. */
type Bad = {
  readonly source: string
  readonly file: string
  readonly line: number
  readonly kind: string
}

/** No odd record may crash or vanish: each is mapped, or refused or ignored with a reason. One check for each kind. */
export async function badInputChecks(root: string): Promise<Check[]> {
  const rows = await lines<Bad>(join(root, 'BAD_INPUT.jsonl'))
  const texts = new Map<string, readonly string[]>()
  const kinds = new Map<string, { total: number; lost: number; as: Map<string, number> }>()
  for (const { source, file, line, kind } of rows) {
    const path = join(root, source, file)
    const text = texts.get(path) ?? (await readFile(path, 'utf8')).split('\n')
    texts.set(path, text)
    const fate = fateOf(text[line - 1] ?? '', path, line)
    const entry = kinds.get(kind) ?? { total: 0, lost: 0, as: new Map<string, number>() }
    entry.total++
    if (fate === '') entry.lost++
    entry.as.set(fate, (entry.as.get(fate) ?? 0) + 1)
    kinds.set(kind, entry)
  }
  return [...kinds].map(([kind, { total, lost, as }]) => {
    const fates = [...as].map(([fate, n]) => `${n} ${fate}`).join('; ')
    return check('bad input', `${kind}: ${total} records`, lost === 0, fates)
  })
}

function fateOf(line: string, source: string, offset: number): string {
  const value: unknown = JSON.parse(line)
  const record = normalise({ pointer: { source, offset }, value }, { trustedAccounts: new Set() })
  return record.as === 'mapped'
    ? record.activities.length > 0
      ? 'mapped'
      : ''
    : record.reason && `${record.as}: ${record.reason}`
}

/** JSON lines of a file; none if there is no such file. */
async function lines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
