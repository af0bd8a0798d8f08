import { createHash } from 'node:crypto'
import { canonicalise } from './canonical.ts'

/** `sha256:` and the digest of a value's canonical JSON: the same content has the same id, however its keys are ordered. */
export const contentId = (value: unknown): string =>
  `sha256:${createHash('sha256').update(canonicalise(value)).digest('hex')}`
