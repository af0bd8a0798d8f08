import { resolve } from 'node:path'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Context } from './command.ts'

/** Works on the data file of the settings, also while `keytrail serve` has it, and closes it whatever comes of that. */
export async function besideServe<T>(
  { machine, cwd, config }: Context,
  work: (open: DataFile) => T,
  missing?: Parameters<Context['machine']['beside']>[1],
): Promise<T> {
  const open = machine.beside(resolve(cwd, config.data), missing)
  try {
    return await Promise.resolve(work(open))
  } finally {
    open.close()
  }
}
