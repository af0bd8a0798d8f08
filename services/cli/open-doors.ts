import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Unusable } from '#shared/errors.ts'
import type { DoorBoard } from '#services/doors/board.ts'
import { openDoors, type Doors, type DoorsOptions } from '#services/doors/doors.ts'
import type { Context } from './command.ts'
import { vitalsOf, type VitalParts } from './vitals.ts'

export async function doorsOf(
  { config, machine, cwd, version }: Context,
  parts: Omit<VitalParts, 'scheduler'>,
  board: DoorBoard,
): Promise<Doors> {
  const { host, port, behindTls, certificate, key } = config.http
  const tls = await tlsOf(cwd, certificate, key)
  const options: DoorsOptions = { host, port, plain: behindTls, version, ...(tls && { tls }) }
  const { listen, log, scheduler } = machine
  const vitals = vitalsOf({ ...parts, scheduler })
  const doors = await openDoors(options, {
    listen,
    intake: parts.loop,
    sources: parts.data.sources,
    board,
    vitals: vitals.read,
    log,
  })
  return {
    url: doors.url,
    close: async () => {
      vitals.close()
      await doors.close()
    },
  }
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
