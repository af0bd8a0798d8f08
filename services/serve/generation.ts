import { createHash } from 'node:crypto'
import { canonicalise } from '#shared/facts/canonical.ts'
import { format } from '#shared/codec/known.ts'
import { facetVersions, type Facet } from '#shared/facets.ts'
import type { Policy } from '#shared/policy.ts'
import { facetsOf } from '#services/detect/detection.ts'
import type { EngineOptions } from '#services/pipeline.ts'

/** Declared versions, by hop: one grows when the same messages may make another state, or when its state has another form. */
type HopVersions = Readonly<Record<'normalise' | 'join' | 'correlate' | 'detect' | 'story', number>>

/** The versions that a build declares of its hops, and of the facets that its detections may read. */
export type Versions = {
  readonly hops: HopVersions
  readonly facets: Readonly<Record<Facet, number>>
}

export const declared: Versions = {
  hops: { normalise: 2, join: 6, correlate: 10, detect: 1, story: 1 },
  facets: facetVersions,
}

/**
 * Names everything that makes one state and one verdict out of the same log: versions of hops, facets and detections, and the
 * settings that they read (SEMANTICS F5). Another name: states are made again from the log, and what differs is told as such.
 */
export function generationOf(
  { partitions, recentMax, policy, detections }: EngineOptions,
  { hops, facets }: Versions = declared,
): string {
  const judges = detections.map(({ id, version }) => [id, version] as const)
  const named = {
    format,
    hops,
    facets: Object.fromEntries([...facetsOf(detections)].map((each) => [each, facets[each]])),
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
