import { hashWords, KeyIds, rowWithKey } from './key-ids.ts'
import { RowIndex, Rows } from './rows.ts'

/** A map by key id, for very many of them: 16 bytes a key, and a value beside. Nothing is ever taken out. */
export class KeyMap<V> {
  private readonly ids = new KeyIds()
  private readonly rows = new Rows(4)
  private readonly index = new RowIndex()
  private readonly values: V[] = []

  get(key: string): V | undefined {
    const row = this.find(key)
    return row < 0 ? undefined : this.values[row]
  }

  set(key: string, value: V): void {
    const known = this.find(key)
    if (known >= 0) {
      this.values[known] = value
      return
    }
    const row = this.rows.add()
    this.rows.words.set(this.ids.words, row * 4)
    this.values.push(value)
    this.index.put(row, (each) => hashWords(this.rows.words, each * 4))
  }

  private find(key: string): number {
    this.ids.note(key)
    return rowWithKey(this.rows, 0, this.index, this.ids)
  }
}
