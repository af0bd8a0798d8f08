export type Value = null | number | bigint | string | Uint8Array

/** A prepared statement; `?` stands for the values in their order, `?1` for the first of them wherever it stands. */
export type Statement<Row> = {
  /** Runs it; how many rows it changed. */
  run(...values: readonly Value[]): number
  get(...values: readonly Value[]): Row | undefined
  all(...values: readonly Value[]): Row[]
}

/**
 * Tables that keep what ports keep. Calls are synchronous, so keep what one transaction does short: a unit of work is decided
 * about rows as they stand, and nothing else may come between. Every call throws by disposition (shared/errors.ts): Transient
 * (busy, full, no answer; nothing was changed), Unusable (damaged, no right, fenced), Bug. Texts are ordered by code point.
 */
export type Database = {
  /** File or address, as a person would know it, without any secret. */
  readonly name: string
  /** What differs between the two in the words of SQL. */
  readonly dialect: Dialect
  /** Prepares once for each text; later calls get the same statement. Rows are of the type that the caller names. */
  prepare<Row = Readonly<Record<string, Value>>>(sql: string): Statement<Row>
  /**
   * Runs the work in one transaction: durable when this returns, or nothing of it if it throws. Inside another one it is a
   * part of that, so that several adapters can write together. Transactions follow one another, whoever runs them.
   */
  transaction<T>(work: () => T): T
  close(): void
}

export type Dialect = {
  /** A query that gives the texts of a JSON list, given as the value at this place (`?`, `?1`), as rows. */
  readonly texts: (place: string) => string
  /** Such a list as a value. */
  readonly list: (texts: readonly string[]) => string
  /**
   * A number that changes whenever anybody else has committed, so that what was read may be kept until it does; undefined where
   * there is none.
   */
  readonly changes: string | undefined
  /** What says that there is one row for each text of a column, however long the text is. */
  readonly once: (column: string) => string
  /** The greater of two expressions. */
  readonly greatest: (one: string, other: string) => string
}

/**
 * Writes a whole row, in the place of the one with the same key. Columns in the order of the values; names as in SQL.
 * @param target what says that there is one row for each key, if not its columns
 */
export function upsert(
  table: string,
  key: readonly string[],
  others: readonly string[],
  target = key.join(', '),
): string {
  const columns = [...key, ...others]
  const places = columns.map(() => '?').join(', ')
  const sets = others.map((each) => `${each} = excluded.${each}`).join(', ')
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})
    ON CONFLICT (${target}) DO UPDATE SET ${sets}`
}
