/** A Map holds at most 2²⁴ entries; one this large is left as it is, and the next begun. */
const mapMax = 1 << 23

/** Numbers things from 0 on in the order in which they are first met. */
export class Numbers<K> {
  readonly list: K[] = []
  private young = new Map<K, number>()
  private readonly old: Map<K, number>[] = []

  of(key: K): number {
    const known = this.young.get(key)
    if (known !== undefined) return known
    for (const map of this.old) {
      const older = map.get(key)
      if (older !== undefined) return older
    }
    const number = this.list.length
    this.list.push(key)
    this.young.set(key, number)
    if (this.young.size >= mapMax) {
      this.old.push(this.young)
      this.young = new Map()
    }
    return number
  }
}
