import { hashWords, KeyIds, rowWithKey } from './key-ids.ts'
import { RowIndex, Rows } from './rows.ts'

/** Words of a row that are its key id; the owner's come behind them. */
export const keyWords = 4

/** Rows by key id, for very many of them. What a row says beside its key is its owner's. Nothing is ever taken out. */
export class KeyTable {
  readonly rows: Rows
  private readonly ids = new KeyIds()
  private readonly index = new RowIndex()

  /** @param words of the owner, an even number */
  constructor(words: number) {
    this.rows = new Rows(keyWords + words)
  }

  /** The row of a key id; −1 if there is none. */
  find(key: string): number {
    this.ids.note(key)
    return rowWithKey(this.rows, 0, this.index, this.ids)
  }

  /** The row of a key id, made if there is none. */
  row(key: string): number {
    const known = this.find(key)
    if (known >= 0) return known
    const { rows } = this
    const row = rows.add()
    rows.words.set(this.ids.words, row * rows.width)
    this.index.put(row, (each) => hashWords(rows.words, each * rows.width))
    return row
  }
}
