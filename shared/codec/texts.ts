/** Slots for texts that came lately; as large as what a fast cache of a processor holds. */
const slots = 1 << 13

/**
 * Numbers texts from 0 on. A text that came lately gets its number again; one that came long ago gets another one, which costs
 * room and nothing else. Looking all of them up would cost more than all the rest of saving.
 */
export class Texts {
  readonly list: string[] = []
  private readonly recent: (string | undefined)[] = Array.from({ length: slots })
  private readonly numbers = new Uint32Array(slots)

  of(text: string): number {
    const slot = slotOf(text)
    if (this.recent[slot] === text) return this.numbers[slot] ?? 0
    const number = this.list.length
    this.list.push(text)
    this.recent[slot] = text
    this.numbers[slot] = number
    return number
  }
}

/** A few characters tell texts apart well enough: ids differ at their ends. */
function slotOf(text: string): number {
  const { length } = text
  let hash = length
  for (let at = length - 1, step = 1; at >= 0; at -= step, step++)
    hash = Math.imul(hash, 31) + text.charCodeAt(at)
  return (hash ^ (hash >>> 13)) & (slots - 1)
}
