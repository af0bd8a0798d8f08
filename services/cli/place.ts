import { resolve } from 'node:path'
import { isAddress, isForeign } from '#shared/config/place.ts'
import { Unusable } from '#shared/errors.ts'
import type { Context } from './command.ts'

/** Where what is known is kept, as the settings say. @throws Unusable for an address that is no database's */
export function placeOf({ config, cwd }: Pick<Context, 'config' | 'cwd'>): string {
  if (isForeign(config.data))
    throw new Unusable(
      'data: is the path of a file, or the address of a database: postgres://USER@HOST/DATABASE',
    )
  return isAddress(config.data) ? config.data : resolve(cwd, config.data)
}
