/** Slots for texts that came lately: few are made fast, for a message; many are as large as what a fast cache of a processor holds. */
const few = 1 << 8
const many = 1 << 13

/**
 * Numbers texts from 0 on. A text that came lately gets its number again; one that came long ago gets another one, which costs
 * room and nothing else. Looking all of them up would cost more than all the rest of saving.
 */
export class Texts {
  readonly list: string[] = []
  private recent: (string | undefined)[] = Array.from({ length: few })
  private numbers = new Uint32Array(few)

  of(text: string): number {
    const slot = slotOf(text) & (this.numbers.length - 1)
    if (this.recent[slot] === text) return this.numbers[slot] ?? 0
    const number = this.list.length
    this.list.push(text)
    this.recent[slot] = text
    this.numbers[slot] = number
    if (number === few) this.grow()
    return number
  }

  /** There are more texts than a message has. */
  private grow(): void {
    const { recent, numbers } = this
    this.recent = Array.from({ length: many })
    this.numbers = new Uint32Array(many)
    for (const [at, text] of recent.entries()) {
      if (text === undefined) continue
      const slot = slotOf(text) & (many - 1)
      this.recent[slot] = text
      this.numbers[slot] = numbers[at] ?? 0
    }
  }
}

/** A few characters tell texts apart well enough: ids differ at their ends. */
function slotOf(text: string): number {
  const { length } = text
  let hash = length
  for (let at = length - 1, step = 1; at >= 0; at -= step, step++)
    hash = Math.imul(hash, 31) + text.charCodeAt(at)
  return hash ^ (hash >>> 13)
}
