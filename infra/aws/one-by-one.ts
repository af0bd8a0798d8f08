/**
 * Work on one target begins when the work before it on the same target has ended, well or badly. Holds one promise for each
 * target that is being worked on.
 */
export function oneByOne() {
  const tails = new Map<string, Promise<unknown>>()
  return <T>(target: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(target) ?? Promise.resolve()
    const done = before.then(work, work)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    tails.set(target, settled)
    void settled.then(() => {
      if (tails.get(target) === settled) tails.delete(target)
    })
    return done
  }
}
