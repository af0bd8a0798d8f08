import { assume } from '#shared/errors.ts'

/**
 * Transactions within transactions: what is opened inside another is a part of it, so that several adapters can write together.
 *
 * @param whole runs the outermost one
 */
export function transactions(
  name: string,
  whole: <T>(work: () => T) => T,
): { readonly run: <T>(work: () => T) => T; readonly isOpen: () => boolean } {
  let depth = 0
  let broken = false
  const part = <T>(work: () => T): T => {
    // Whoever catches what a part threw must not commit the rest of it.
    depth++
    try {
      return work()
    } catch (cause) {
      broken = true
      throw cause
    } finally {
      depth--
    }
  }
  return {
    isOpen: () => depth > 0,
    run(work) {
      if (depth > 0) return part(work)
      broken = false
      return whole(() =>
        part(() => {
          const result = work()
          assume(!broken, `${name}: a part of the transaction failed, and the whole went on`)
          return result
        }),
      )
    },
  }
}
