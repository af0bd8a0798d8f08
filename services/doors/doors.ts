import { Unusable } from '#shared/errors.ts'
import type { Head, Listen, ListenOptions, Site } from '#shared/ports/http.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { Log } from '#shared/ports/log.ts'
import type { SourceStore } from '#shared/ports/source-store.ts'
import type { Vitals } from '#shared/ports/vitals.ts'
import { activitiesPath, activitiesSite } from './activities.ts'
import type { DoorBoard } from './board.ts'
import { gate as gateOf } from './gate.ts'
import { isLoopback } from './here.ts'
import { isOtlp, otlpSite, type DoorOptions } from './otlp.ts'
import { otlpLimits } from './otlp-read.ts'
import { problem } from './pages.ts'
import { statusPage } from './status.ts'

export type DoorsOptions = Pick<ListenOptions, 'host' | 'port' | 'tls'> & {
  /** Tokens may come in the clear: something in front of us speaks TLS. */
  readonly plain?: boolean
  /** Who brings no token is let in as a source of this name that may speak for every agent; on loopback only. */
  readonly anonymous?: string
  readonly limits?: Partial<DoorLimits>
  readonly version: string
}

type DoorLimits = DoorOptions['limits'] & {
  /** Items a second of a source that has no rate of its own. */
  readonly rate: number
}

const defaults: DoorLimits = {
  rate: 2000,
  // What the OpenTelemetry collector's receiver takes by default is 20 MiB; batches of its exporters are far smaller.
  bytes: 16 * 1024 * 1024,
  ...otlpLimits,
}

export type DoorsPorts = {
  readonly listen: Listen
  readonly intake: Intake
  readonly sources: SourceStore
  readonly board: DoorBoard
  readonly vitals: () => Vitals
  readonly log: Log
}

export type Doors = {
  /** `http://HOST:PORT`, as a sender on this machine says it. */
  readonly url: string
  /** Stops listening; what is under way is answered. */
  readonly close: () => Promise<void>
}

/**
 * Opens the doors that are spoken to by HTTP: OTLP, agent activities, and the pages that tell how the program does.
 * @throws Unusable if the address cannot be had, or tokens would cross a network in the clear
 */
export async function openDoors(options: DoorsOptions, ports: DoorsPorts): Promise<Doors> {
  const { host, port, tls } = options
  refuseOpenness(options)
  // Known from now on, also while the store does not answer.
  ports.sources.all()
  const site = siteOf(options, ports)
  const listening = await ports.listen({ host, port, site, log: ports.log, ...(tls && { tls }) })
  const name = host.includes(':') ? `[${host}]` : host
  const url = `${tls ? 'https' : 'http'}://${name}:${listening.port}`
  ports.log.info('doors are open', { url })
  return { url, close: listening.close }
}

function refuseOpenness({ host, tls, plain = false, anonymous }: DoorsOptions): void {
  if (isLoopback(host)) return
  if (anonymous !== undefined)
    throw new Unusable(`${host} is not this machine alone: there every source needs a token`)
  if (!tls && !plain)
    throw new Unusable(
      `${host} is not this machine alone, and tokens would cross the network in the clear: give certificate and key, or say that something in front speaks TLS`,
    )
}

/** All pages of the doors. */
function siteOf({ anonymous, limits, version }: DoorsOptions, ports: DoorsPorts): Site {
  const { sources: store, board, intake, vitals } = ports
  const bounds = { ...defaults, ...limits }
  const gate = gateOf({
    store,
    limits: bounds,
    board,
    ...(anonymous !== undefined && { anonymous }),
  })
  const door: DoorOptions = { gate, intake, board, limits: bounds }
  const otlp = otlpSite(door)
  const activities = activitiesSite(door)
  const status = { gate, board, vitals, version }
  return (head: Head) => {
    if (isOtlp(head)) return otlp(head)
    if (head.path === activitiesPath) return activities(head)
    const known = `POST /v1/traces, /v1/logs, ${activitiesPath}; GET /openapi.json, /healthz, /readyz, /metrics, /status.json`
    return statusPage(status, head) ?? problem(404, `there is: ${known}`)
  }
}
