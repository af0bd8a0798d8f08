import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Unusable } from '#shared/errors.ts'
import type { DoorBoard } from '#services/doors/board.ts'
import { openDoors, type Doors, type DoorsOptions, type DoorsPorts } from '#services/doors/doors.ts'
import type { Context } from './command.ts'
import { vitalsOf, type VitalParts } from './vitals.ts'

export async function doorsOf(
  context: Context,
  parts: Omit<VitalParts, 'scheduler'>,
  board: DoorBoard,
): Promise<Doors> {
  const vitals = vitalsOf({ ...parts, scheduler: context.machine.scheduler })
  const behind = { intake: parts.loop, sources: parts.data.sources, board, vitals: vitals.read }
  const doors = await doorsTo(behind, context)
  return {
    url: doors.url,
    close: async () => {
      vitals.close()
      await doors.close()
    },
  }
}

/** Opens the doors of the settings to whoever is behind them. */
export async function doorsTo(
  behind: Omit<DoorsPorts, 'listen' | 'log'>,
  { config, machine: { listen, log }, cwd, version }: Context,
): Promise<Doors> {
  const { host, port, behindTls, certificate, key } = config.http
  const tls = await tlsOf(cwd, certificate, key)
  const options: DoorsOptions = { host, port, plain: behindTls, version, ...(tls && { tls }) }
  return await openDoors(options, { ...behind, listen, log })
}

/** @throws Unusable if one of the two is missing or cannot be read */
export async function tlsOf(
  cwd: string,
  certificate: string,
  key: string,
): Promise<DoorsOptions['tls'] | undefined> {
  if (certificate === '' && key === '') return undefined
  if (certificate === '' || key === '')
    throw new Unusable('http: a certificate needs its key, and a key its certificate')
  const read = (file: string): Promise<string> =>
    readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
      throw new Unusable(`${file}: cannot be read`, { cause })
    })
  const [cert, secret] = await Promise.all([read(certificate), read(key)])
  return { cert, key: secret }
}
