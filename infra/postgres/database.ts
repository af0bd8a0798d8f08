import type { Database, Dialect, Statement, Value } from '#infra/sql/database.ts'
import { transactions } from '#infra/sql/transactions.ts'
import { limits as usual, type Limits } from './address.ts'
import { lineTo, type Line } from './line.ts'
import { expectMigrated, type Done } from './migrate.ts'

const dialect: Dialect = {
  texts: (place) => `SELECT jsonb_array_elements_text(CAST(CAST(${place} AS TEXT) AS JSONB))`,
  // A NUL within a JSON text is a `\\u0000`, which is no text of PostgreSQL either. As a value the whole is made storable again.
  list: (texts) => original(JSON.stringify(texts.map(storable))),
  changes: undefined,
  once: (column) => `digest_of(${column})`,
  greatest: (one, other) => `greatest(${one}, ${other})`,
}

/** The one lease of a process that runs the whole engine. */
const engineLease = 'serve'

export type Tenancy = {
  /** After so long without a word from this process another one may take over, ms. */
  readonly leaseMs: number
  readonly limits?: Limits
}

/** Another process serves it. */
export type Held = { readonly heldBy: string }

/**
 * Opens the database as the process that serves it, and makes or changes its tables as this version needs them.
 *
 * @param holder how this process is called, for whoever waits for it
 * @throws by disposition: Transient if there is no answer
 */
export function ownDatabase(
  address: string,
  holder: string,
  { leaseMs, limits = usual }: Tenancy,
): Database | Held {
  return opened(lineTo(address, limits), (line) => {
    line.migrate()
    const taken = line.take(engineLease, holder, leaseMs)
    return taken.as === 'held' ? { heldBy: taken.by } : databaseOn(line)
  })
}

/** Opens it for short work, whether or not it is served. @throws by disposition */
export function besideDatabase(address: string, limits: Limits = usual): Database {
  return opened(lineTo(address, limits), (line) => {
    const there = `SELECT to_regclass('keytrail.migration') IS NOT NULL AS there`
    const isThere = line.query(there, []).rows[0]?.['there']
    const done = 'SELECT version, sha256 FROM migration ORDER BY version'
    expectMigrated(line.name, isThere ? (line.query(done, []).rows as unknown as Done[]) : [])
    return databaseOn(line)
  })
}

/** The line stays open only where a database came of it. */
function opened<T extends Database | Held>(line: Line, work: (line: Line) => T): T {
  let found: T | undefined
  try {
    found = work(line)
    return found
  } finally {
    if (!found || 'heldBy' in found) line.close()
  }
}

function databaseOn(line: Line): Database {
  const statements = new Map<string, Statement<never>>()
  const { run, isOpen } = transactions(line.name, (work) => {
    line.begin()
    let result
    try {
      result = work()
    } catch (thrown) {
      line.rollback()
      throw thrown
    }
    line.commit()
    return result
  })
  let isClosed = false
  return {
    name: line.name,
    dialect,
    prepare<Row>(sql: string) {
      const known = statements.get(sql) as Statement<Row> | undefined
      if (known) return known
      const statement = statementOn<Row>(line, sql, (work) => (isOpen() ? work() : run(work)))
      statements.set(sql, statement as Statement<never>)
      return statement
    },
    transaction: run,
    close() {
      if (!isClosed) line.close()
      isClosed = true
    },
  }
}

/** @param written runs what writes, always in a transaction: it asks first whether this process may still write */
function statementOn<Row>(
  line: Line,
  sql: string,
  written: <T>(work: () => T) => T,
): Statement<Row> {
  const text = numbered(sql)
  const ask = (values: readonly Value[]) => {
    const { rows, count } = line.query(text, values.map(stored))
    return { rows: rows.map(rowFrom), count }
  }
  const run = /^\s*SELECT\b/i.test(sql) ? <T>(work: () => T): T => work() : written
  return {
    run: (...values) => run(() => ask(values).count),
    get: (...values) => run(() => ask(values).rows[0] as Row | undefined),
    all: (...values) => run(() => ask(values).rows as Row[]),
  }
}

/** Texts of PostgreSQL hold no NUL; ours may, since some come from whoever attacks. */
const mark = '\uE000'
const storable = (text: string): string => escaped(text.isWellFormed() ? text : text.toWellFormed())
const escaped = (text: string): string =>
  /[\0\uE000]/.test(text) ? text.replaceAll(mark, `${mark}1`).replaceAll('\0', `${mark}0`) : text
const original = (text: string): string =>
  text.includes(mark) ? text.replaceAll(`${mark}0`, '\0').replaceAll(`${mark}1`, mark) : text

const stored = (value: Value): Value => (typeof value === 'string' ? storable(value) : value)

function rowFrom(row: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  let changed: Record<string, Value> | undefined
  for (const [key, value] of Object.entries(row))
    if (typeof value === 'string' && value.includes(mark))
      (changed ??= { ...row })[key] = original(value)
  return changed ?? row
}

/** `?` and `?1` as PostgreSQL writes them. */
function numbered(sql: string): string {
  let last = 0
  return sql.replace(/\?(\d+)?/g, (_, place?: string) => `$${place ?? ++last}`)
}
