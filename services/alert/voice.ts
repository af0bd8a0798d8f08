/** What bodies say about a detection. */
export type Analytic = {
  readonly title: string
  /** ATT&CK technique ids. */
  readonly attack: readonly string[]
}

/** Who speaks: the version of this build, and what its detections are called. */
export type Voice = {
  readonly version: string
  readonly analytics: ReadonlyMap<string, Analytic>
}

export function voiceOf(
  version: string,
  detections: readonly (Analytic & { readonly id: string })[],
): Voice {
  return {
    version,
    analytics: new Map(detections.map(({ id, title, attack }) => [id, { title, attack }])),
  }
}
