import { existsSync } from 'node:fs'
import type { DataFile } from '#shared/ports/data-file.ts'
import { sqlDataFile } from '#infra/sql/data-file.ts'
import { openDatabase } from './database.ts'
import type { Part } from './migrate.ts'
import {
  containmentPart,
  deadLettersPart,
  deskPart,
  effectsPart,
  journalPart,
  outboxPart,
  recordIndexPart,
  snapshotsPart,
  sourcesPart,
} from './parts.ts'

/** All that a data file of this version keeps. A new adapter's part stands here, or its owner refuses the file. */
const allParts: readonly Part[] = [
  journalPart,
  snapshotsPart,
  effectsPart,
  deadLettersPart,
  deskPart,
  outboxPart,
  sourcesPart,
  containmentPart,
  recordIndexPart,
]

/**
 * Opens the data file as its owner, and makes it if there is none.
 * @throws Unusable in words for the operator
 */
export const ownDataFile = (file: string): DataFile => sqlDataFile(openDatabase(file, allParts))

/**
 * Opens the data file for short work, whether or not another process serves it: what is decided about the rows as they stand
 * is written in the same transaction, and the owner reads it.
 *
 * @param ifMissing whether one is made if there is none
 * @throws Unusable in words for the operator
 */
export function openBeside(file: string, ifMissing: 'make' | 'refuse' = 'make'): DataFile {
  if (ifMissing === 'make' && !existsSync(file)) openDatabase(file, allParts).close()
  return sqlDataFile(openDatabase(file, allParts, { as: 'guest' }))
}
