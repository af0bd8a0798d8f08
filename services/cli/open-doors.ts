import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Unusable } from '#shared/errors.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Vitals } from '#shared/ports/vitals.ts'
import type { DoorBoard } from '#services/doors/board.ts'
import { openDoors, type Doors, type DoorsOptions } from '#services/doors/doors.ts'
import { attributionOf } from '#services/replay/attribution.ts'
import { frontiersOf } from '#services/serve/frontiers.ts'
import type { Loop } from '#services/serve/loop.ts'
import type { Context } from './command.ts'
import { countsOf } from './tally.ts'

export async function doorsOf(
  { config, machine, cwd, version }: Context,
  data: DataFile,
  loop: Loop,
  board: DoorBoard,
): Promise<Doors> {
  const { host, port, behindTls, certificate, key } = config.http
  const tls = await tlsOf(cwd, certificate, key)
  const options: DoorsOptions = { host, port, plain: behindTls, version, ...(tls && { tls }) }
  const { listen, log, scheduler } = machine
  const vitals = vitalsOf(data, loop, () => scheduler.elapsed())
  return await openDoors(options, {
    listen,
    intake: loop,
    sources: data.sources,
    board,
    vitals,
    log,
  })
}

async function tlsOf(
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

/** What takes long to count is counted no more often than this, ms. */
const countEveryMs = 15_000

/** What the pages tell of the loop. */
function vitalsOf(data: DataFile, loop: Loop, elapsed: () => number): () => Vitals {
  let counted: Pick<Vitals, 'attribution' | 'findings' | 'incidents'> = {}
  let next = -Infinity
  return () => {
    const status = loop.status()
    if (status.state === 'recovering') return { notReady: 'the log is being read' }
    if (elapsed() >= next) {
      counted = countedIn(data, loop)
      next = elapsed() + countEveryMs
    }
    const { position, emittedThrough, waiting, refused } = status
    return {
      ...(status.state !== 'running' && { notReady: `the loop is ${status.state}` }),
      loop: { position, emittedThrough, waiting, refused },
      frontiers: frontiersOf(loop.engine()),
      deadLetters: data.letters.counts(),
      deliveries: data.outbox.counts(),
      ...counted,
    }
  }
}

function countedIn({ effects, desk }: DataFile, loop: Loop) {
  const { findings } = effects.standing()
  const cases = desk.list({ states: ['open', 'acknowledged', 'closed'], limit: 10_000 })
  return {
    attribution: attributionOf(loop.engine().states.correlate),
    findings: reasonsOf(findings.map(({ detection }) => detection)),
    incidents: reasonsOf(cases.map(({ state }) => state)),
  }
}

const reasonsOf = (names: readonly string[]) =>
  [...countsOf(names)].map(([reason, count]) => ({ reason, count }))
