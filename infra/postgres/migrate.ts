import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { Unusable } from '#shared/errors.ts'
import { accessOf, nameOf, type Limits } from './address.ts'
import { asNumbers } from './numbers.ts'
import { inWords } from './words.ts'

/** One step of the tables, as its file says it: `NNNN-words.sql`, from 1 on without a gap. */
export type Migration = { readonly version: number; readonly name: string; readonly sql: string }

const folder = new URL('migrations/', import.meta.url)

export function migrations(): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({
      name,
      version: Number(name.slice(0, 4)),
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }))
}

/** Nobody else migrates meanwhile. */
const turn = 0x4b74726d

/**
 * Brings the tables to the version of this build, all or none; where they are, it reads only, and needs no right to change them.
 *
 * @throws Unusable if they are of a newer version, or of files that were changed since; else by disposition
 */
export async function migrate(
  address: string,
  limits: Limits,
  known: readonly Migration[] = migrations(),
): Promise<void> {
  const name = nameOf(address)
  // Building an index may take long, and so may waiting for somebody who does.
  const { query_timeout: _, statement_timeout: __, ...access } = accessOf(address, limits)
  const client = new pg.Client({ ...access, lock_timeout: 0, types: asNumbers })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const missing = missingOf(name, known, await doneOf(client))
    if (missing.length === 0) return
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${turn})`)
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS keytrail;
      CREATE TABLE IF NOT EXISTS migration (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now()
      )`)
    for (const { version, name: file, sql } of missingOf(name, known, await doneOf(client))) {
      await client.query(sql)
      await client.query('INSERT INTO migration (version, name, sha256) VALUES ($1, $2, $3)', [
        version,
        file,
        digestOf(sql),
      ])
    }
    await client.query('COMMIT')
  } catch (cause) {
    throw cause instanceof Unusable ? cause : inWords(name, 'bringing the tables up to date', cause)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * For a process that works beside the one that serves: it changes no table.
 *
 * @throws Unusable if they are not of this version
 */
export function expectMigrated(
  name: string,
  done: readonly Done[],
  known: readonly Migration[] = migrations(),
): void {
  if (missingOf(name, known, done).length > 0)
    throw new Unusable(
      `${name}: the tables are of an older version of Keytrail, or not there; start keytrail serve of this version once, it brings them up to date`,
    )
}

export type Done = { readonly version: number; readonly sha256: string }

async function doneOf(client: pg.Client): Promise<readonly Done[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('keytrail.migration') IS NOT NULL AS there`,
  )
  if (!rows[0]?.there) return []
  return (await client.query<Done>('SELECT version, sha256 FROM migration ORDER BY version')).rows
}

function missingOf(
  name: string,
  known: readonly Migration[],
  done: readonly Done[],
): readonly Migration[] {
  const last = done.at(-1)?.version ?? 0
  if (last > known.length)
    throw new Unusable(
      `${name}: the tables are of a newer version of Keytrail (${last}, this one knows ${known.length}); start that version`,
    )
  for (const { version, sha256 } of done)
    if (digestOf(known[version - 1]?.sql ?? '') !== sha256)
      throw new Unusable(
        `${name}: the tables were made by another step ${version} than this build has`,
      )
  return known.slice(last)
}

const digestOf = (sql: string): string => createHash('sha256').update(sql).digest('hex')
