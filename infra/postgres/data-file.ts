import type { DataFile } from '#shared/ports/data-file.ts'
import { sqlDataFile } from '#infra/sql/data-file.ts'
import { besideDatabase, ownDatabase, type Held, type Tenancy } from './database.ts'

/**
 * Opens the database as the process that serves it.
 * @param holder how this process is called, for whoever waits for it
 * @throws by disposition: Transient if there is no answer
 */
export function ownInPostgres(address: string, holder: string, tenancy: Tenancy): DataFile | Held {
  const db = ownDatabase(address, holder, tenancy)
  return 'heldBy' in db ? db : sqlDataFile(db)
}

/** Opens it for short work, whether or not another process serves it. @throws by disposition */
export const openInPostgres = (address: string): DataFile => sqlDataFile(besideDatabase(address))
