/**
 * Kinds of facts about a session that detections may read (SEMANTICS C2), each with its declared version: it grows when the
 * same uses may come to other facts of this kind (F5).
 */
export const facetVersions = {
  seen: 1,
  places: 1,
  neighbours: 1,
  denied: 1,
  harvest: 1,
  deeds: 1,
  targets: 1,
  actors: 1,
  keys: 1,
  holder: 1,
} as const

export type Facet = keyof typeof facetVersions
