import type { Files } from '#shared/ports/sources.ts'
import { findSources } from './find.ts'
import { gunzip } from './gunzip.ts'

/** Files of this machine; `-` is standard input. */
export const files: Files = {
  find: (paths) => findSources(paths, () => process.stdin),
  gunzip,
}
