import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '#infra/sql/database.ts'
import { openDatabase, type Opening } from './database.ts'
import type { Part } from './migrate.ts'

/** A data file of its own for one test. */
export type Scratch = {
  readonly file: string
  /** Opens it; whatever is still open at the end is closed. */
  open(parts: readonly Part[], opening?: Opening, path?: string): Database
  /** Closes and removes everything. */
  end(): void
}

export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-sqlite-'))
  const file = join(folder, 'data', 'keytrail.db')
  const opened: Database[] = []
  return {
    file,
    open(parts, opening, path = file) {
      const database = openDatabase(path, parts, opening)
      opened.push(database)
      return database
    },
    end() {
      for (const database of opened) database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
