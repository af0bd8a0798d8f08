import type { DataFile } from '#shared/ports/data-file.ts'
import type { Context } from './command.ts'
import { placeOf } from './place.ts'

/**
 * Works on what the settings name, also while `keytrail serve` has it, and closes it whatever comes of that.
 *
 * @param missing where there is none one is made only if that is meant: in the wrong folder an emergency stop would stop nobody,
 *   and an audit would be empty
 */
export async function besideServe<T>(
  context: Context,
  work: (open: DataFile) => T,
  missing: 'make' | 'refuse' = 'refuse',
): Promise<T> {
  const open = await context.machine.beside(placeOf(context), missing)
  try {
    return await Promise.resolve(work(open))
  } finally {
    open.close()
  }
}
