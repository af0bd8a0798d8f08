import type { RawRecord } from '#shared/messages/record.ts'
import type { Mapped } from '#shared/messages/record.ts'
import type { Facet } from '#shared/facets.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections } from '#services/detect/detections/index.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { type Context, exit } from './command.ts'
import { normaliseOptions } from './policy.ts'
import { inMemory, runBatches } from './run-files.ts'
import { penFor, shapes, styled, type Pen } from './styled.ts'
import { clock, principalWords } from './words.ts'

/** Records that one explanation takes: it is for reading, not for replay. */
const recordsMax = 50

/** What one record says to the engine, and what each detection makes of it. */
type Explanation = {
  readonly where: string
  readonly verdict: string
  readonly facts: readonly string[]
  readonly detections: readonly {
    readonly id: string
    readonly fires: boolean
    readonly because: string
  }[]
}

/** Explains each record of the files on its own. Status 1 if none could be understood. */
export async function explainRecords(
  paths: readonly string[],
  context: Context,
  json: boolean,
): Promise<number> {
  const pen = penFor(context)
  const records = await firstRecords(paths, context)
  if (records.length === 0) context.stderr.write('No record could be read there.\n')
  let understood = 0
  for (const record of records) {
    const explanation = await explain(record, context)
    if (explanation.verdict === 'mapped') understood++
    const lines = json ? [JSON.stringify(explanation)] : written(explanation, pen)
    for (const line of lines) context.stdout.write(`${line}\n`)
  }
  return understood > 0 ? exit.fine : exit.failed
}

async function firstRecords(paths: readonly string[], { files }: Context): Promise<RawRecord[]> {
  const records: RawRecord[] = []
  for await (const batch of readPaths(paths, files)) {
    records.push(...batch.records)
    if (records.length >= recordsMax) break
  }
  return records.slice(0, recordsMax)
}

async function explain(raw: RawRecord, context: Context): Promise<Explanation> {
  const where = `${raw.pointer.source} at ${raw.pointer.offset}`
  const normalised = normalise(raw, normaliseOptions(context.config))
  if (normalised.as === 'ignored')
    return { where, verdict: `ignored: ${normalised.reason}`, facts: [], detections: [] }
  if (normalised.as === 'dead')
    return {
      where,
      verdict: `refused: ${normalised.field} ${normalised.reason}`,
      facts: [],
      detections: [],
    }
  const { activities } = normalised
  const { replayed } = await runBatches(inMemory([raw.value]), context)
  const raised = new Map(replayed.findings.map((finding) => [finding.detection, finding.says]))
  const fed = new Set(activities.flatMap(feeds))
  return {
    where,
    verdict: 'mapped',
    facts: activities.flatMap(factsOf),
    detections: detections
      .filter(({ reads }) => reads.some((facet) => fed.has(facet)))
      .map((each) => ({ id: each.id, ...outcome(each, raised.get(each.id), fed) })),
  }
}

function outcome(
  { reads, fires, wait }: Detection,
  says: string | undefined,
  fed: ReadonlySet<Facet>,
) {
  if (says !== undefined) return { fires: true, because: says }
  const missing = reads.filter((facet) => !fed.has(facet))
  const needs =
    missing.length > 0 ? `; this record alone says nothing of ${missing.join(', ')}` : ''
  const waits = wait === '' ? '' : `; waits: ${wait}`
  return {
    fires: false,
    because: `raised when ${fires[0]?.when ?? 'its conditions hold'}${needs}${waits}`,
  }
}

/** Facets of its session that an activity adds to. */
function feeds(activity: Mapped): Facet[] {
  if (activity.kind === 'credential.issued.copy') return ['keys', 'holder']
  if (activity.kind === 'tool.called') return ['actors']
  if (activity.kind !== 'credential.used') return ['keys', 'holder', 'actors']
  if (!activity.direct) return []
  const { rare, error, address, request } = activity
  return [
    'seen',
    'keys',
    ...(address === '' ? [] : (['places', 'neighbours'] as const)),
    ...(request === '' ? [] : (['actors'] as const)),
    ...(error === 'denied' ? (['denied'] as const) : []),
    ...(rare?.secrets ? (['harvest'] as const) : []),
    ...(rare?.deeds ? (['deeds', 'targets'] as const) : []),
  ]
}

function factsOf(activity: Mapped): string[] {
  if (activity.kind !== 'credential.used')
    return [
      activity.kind === 'credential.issued.copy'
        ? `issued ${activity.issue.key} to ${activity.issue.child}`
        : activity.kind,
    ]
  const { principal, key, service, action, error, at, address, agent, direct, rare } = activity
  return [
    `${principalWords(principal)} called ${service}:${action} at ${clock(at)} UTC${error === 'none' ? '' : `: ${error}`}`,
    `signed with ${key === '' ? 'no key that the record shows' : key}${direct ? '' : '; a service made the call on its behalf'}`,
    `from ${address === '' ? 'no address that says where the caller is' : address} with ${agent || 'no agent'}`,
    ...(rare?.instance ? [`credential of instance ${rare.instance}`] : []),
    ...(rare?.secrets ? [`asked for ${rare.secrets.join(', ')}`] : []),
    ...(rare?.deeds ?? []).map(
      ({ deed, says, target, power, grantee, outcome: ended }) =>
        `deed ${deed}: ${says} (on ${target}, to ${grantee}, power ${power}, ${ended})`,
    ),
  ]
}

function written({ where, verdict, facts, detections: judged }: Explanation, pen: Pen): string[] {
  return [
    pen(styled('strong', where), `  ${verdict}`),
    ...facts.map((fact) => pen(`  ${fact}`)),
    ...judged.map(({ id, fires, because }) =>
      fires
        ? pen(styled('high', `  ${shapes.high} ${id}`), `  ${because}`)
        : pen(styled('faint', `  ${shapes.info} ${id}  silent: ${because}`)),
    ),
  ]
}
