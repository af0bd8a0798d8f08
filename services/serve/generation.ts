import { createHash } from 'node:crypto'
import { canonicalise } from '#shared/facts/canonical.ts'
import { format } from '#shared/codec/known.ts'
import type { Policy } from '#shared/policy.ts'
import type { EngineOptions } from '#services/pipeline.ts'

/** Declared versions, by hop: one grows when the same messages may make another state, or when its state has another form. */
export type HopVersions = Readonly<
  Record<'normalise' | 'join' | 'correlate' | 'detect' | 'story', number>
>

export const hopVersions: HopVersions = {
  normalise: 2,
  join: 6,
  correlate: 9,
  detect: 1,
  story: 1,
}

/**
 * Names everything that makes one state and one verdict out of the same log: versions of hops and detections, and the settings
 * that they read (SEMANTICS F5). Another name: states are made again from the log, and what differs is told as such.
 */
export function generationOf(
  { partitions, recentMax, policy, detections }: EngineOptions,
  versions: HopVersions = hopVersions,
): string {
  const judges = detections.map(({ id, version }) => [id, version] as const)
  const named = {
    format,
    versions,
    judges: Object.fromEntries(judges),
    partitions,
    recentMax,
    policy: plain(policy),
  }
  return createHash('sha256').update(canonicalise(named)).digest('hex').slice(0, 16)
}

const plain = ({ issuers, responders, tags, sessionName, ...numbers }: Policy): object => ({
  ...numbers,
  issuers: [...issuers].toSorted(),
  responders: [...responders].toSorted(),
  tags: Object.fromEntries(Object.entries(tags).map(([of, keys]) => [of, [...keys].toSorted()])),
  sessionName: sessionName?.source ?? null,
})
