import { resolve } from 'node:path'
import { isAddress } from '#shared/config/place.ts'
import type { Context } from './command.ts'

/** Where what is known is kept, as the settings say. */
export const placeOf = ({ config, cwd }: Pick<Context, 'config' | 'cwd'>): string =>
  isAddress(config.data) ? config.data : resolve(cwd, config.data)
