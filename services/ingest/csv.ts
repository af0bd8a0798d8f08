import { fromAthena, isAthenaRow } from './athena.ts'
import { limits } from './limits.ts'
import { reasons } from './piece.ts'
import type { Cutter, Piece } from './piece.ts'
import { Window } from './window.ts'

const QUOTE = 0x22
const NEWLINE = 0x0a

/** Is the first line the header of a CloudTrail table, as Athena writes it? */
export function isAthenaCsv(first: string): boolean {
  const header = first.split('\n', 1)[0]?.toLowerCase() ?? ''
  return (
    /^"?[a-z_]+"?,/.test(header) && header.includes('eventversion') && header.includes('eventname')
  )
}

/** Cuts CSV (RFC 4180) with a header into rows. Rows that cannot be read safely become bad pieces with the reason. */
export class CsvCutter implements Cutter {
  readonly #window = new Window()
  #header: readonly string[] | undefined
  #ended = false
  /** Progress in a row that has not ended: bytes seen, and whether a quote is open. */
  #seen = 0
  #quoted = false
  #oversize = -1

  push(chunk: Uint8Array): void {
    this.#window.push(chunk)
  }

  end(): void {
    this.#ended = true
  }

  next(): Piece | undefined {
    for (;;) {
      const end = this.#rowEnd()
      if (end < 0) return undefined
      const piece = this.#row(end)
      if (piece) return piece
    }
  }

  /** Position of the newline that ends the row; newlines in quotes do not. −1: not in sight. */
  #rowEnd(): number {
    const { bytes, at, end } = this.#window
    let i = at + this.#seen
    for (; i < end; i++) {
      if (bytes[i] === QUOTE) this.#quoted = !this.#quoted
      else if (bytes[i] === NEWLINE && !this.#quoted) break
    }
    this.#seen = i - at
    if (i < end || (this.#ended && i > at)) return i
    if (this.#seen > limits.recordBytes) this.#drop(i)
    return -1
  }

  #drop(to: number): void {
    if (this.#oversize < 0) this.#oversize = this.#window.offset()
    this.#window.at = to
    this.#seen = 0
  }

  #row(end: number): Piece | undefined {
    const window = this.#window
    const offset = this.#oversize < 0 ? window.offset() : this.#oversize
    const text = window.text(window.at, end)
    const oversize = this.#oversize >= 0
    window.at = Math.min(end + 1, window.end)
    this.#seen = 0
    this.#quoted = false
    this.#oversize = -1
    if (oversize) return { as: 'bad', reason: reasons.large(limits.recordBytes), offset, text: '' }
    if (text.trim() === '') return undefined
    const cells = cellsOf(text)
    if (this.#header) return piece(this.#header, cells, offset, text)
    this.#header = cells.map((name) => name.trim().toLowerCase())
    return undefined
  }
}

function piece(
  header: readonly string[],
  cells: readonly string[],
  offset: number,
  text: string,
): Piece {
  const bad = (reason: string): Piece => ({
    as: 'bad',
    reason,
    offset,
    text: text.slice(0, limits.keptBytes),
  })
  if (cells.length !== header.length)
    return bad('CSV row with another number of cells than the header')
  const row = Object.fromEntries(header.map((name, i) => [name, cells[i] ?? '']))
  const value = isAthenaRow(row) ? fromAthena(row) : row
  return typeof value === 'string' ? bad(value) : { as: 'value', value, offset, size: text.length }
}

/** The cells of one row. A doubled quote inside quotes is one quote. */
function cellsOf(row: string): string[] {
  const text = row.endsWith('\r') ? row.slice(0, -1) : row
  const cells: string[] = []
  for (let at = 0; at <= text.length;) {
    const end = text.charCodeAt(at) === QUOTE ? closingQuote(text, at) + 1 : at
    const comma = text.indexOf(',', Math.min(end, text.length))
    const stop = comma < 0 ? text.length : comma
    cells.push(unquoted(text.slice(at, stop)))
    at = stop + 1
    if (comma < 0) break
  }
  return cells
}

function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at < 0 ? text.length : at
}

const unquoted = (cell: string): string =>
  cell.startsWith('"')
    ? cell.slice(1, cell.endsWith('"') ? -1 : undefined).replaceAll('""', '"')
    : cell
