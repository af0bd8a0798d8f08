import { Transient } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'

/** Does work on a store: one that cannot be reached now is told to the operator, any other failure ends everything. */
export function guarded(
  work: () => void,
  { log, failed }: { readonly log: Log; readonly failed: (why: unknown) => void },
): boolean {
  try {
    work()
    return true
  } catch (thrown) {
    if (thrown instanceof Transient)
      log.warn('the outbox cannot be used now', { why: thrown.message })
    else failed(thrown)
    return false
  }
}
