import { afterEach } from 'vitest'
import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'
import type { Vitals } from '#shared/ports/vitals.ts'
import { listen, type ServerLimits } from '#infra/http/server.ts'
import { pinoLog } from '#infra/log/log.ts'
import { memoryIntake, type MemoryIntake } from '#infra/memory/intake.ts'
import { memorySources } from '#infra/memory/source-store.ts'
import { doorBoard, type DoorBoard } from '#services/doors/board.ts'
import { openDoors, type DoorsOptions } from '#services/doors/doors.ts'
import { hashOf, tokenFrom } from '#services/doors/tokens.ts'

/** The doors over memory, open on a free port until the test ends. */
export type House = {
  readonly url: string
  readonly intake: MemoryIntake
  readonly sources: SourceStore
  readonly board: DoorBoard
  /** Lines of the log. */
  readonly logged: readonly string[]
  /** What the pages tell of the loop; a test may put other values in. */
  vitals: Vitals
  /** Sends, with a token unless the headers bring or forbid one. */
  readonly post: (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
  /** All activities that were logged. */
  readonly said: () => readonly AgentActivity[]
}

/** A token of no account and no source but those of tests. */
export const tokenOf = (seed: number): string => tokenFrom(new Uint8Array(32).fill(seed))

export const source = (name: string, seed: number, more: Partial<SourceRow> = {}): SourceRow => ({
  name,
  agents: ['*'],
  hashes: [hashOf(tokenOf(seed))],
  created: 1,
  ...more,
})

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (close) => await close()))
})

type HouseOptions = Partial<DoorsOptions> & {
  /** Where it goes, instead of memory. */
  readonly into?: Intake
  readonly waitingMax?: number
  readonly server?: Partial<ServerLimits>
}

/** `orchestrator` has the token of seed 1 and may speak for all; `ledger-host`, seed 2, for `ledger` alone. */
export async function house(options: HouseOptions = {}): Promise<House> {
  const { into, waitingMax, server = {}, ...more } = options
  const logged: string[] = []
  const log = pinoLog('debug', { write: (line) => logged.push(line) })
  const intake = memoryIntake(waitingMax)
  const sources = memorySources()
  sources.put(source('orchestrator', 1))
  sources.put(source('ledger-host', 2, { agents: ['ledger'] }))
  const board = doorBoard()
  const shown: { vitals: Vitals } = { vitals: {} }
  const doors = await openDoors(
    { host: '127.0.0.1', port: 0, version: 'test', ...more },
    {
      listen: async (each) => await listen({ ...each, limits: server }),
      intake: into ?? intake,
      sources,
      board,
      vitals: () => shown.vitals,
      log,
    },
  )
  open.push(doors.close)
  const { url } = doors
  return Object.assign(shown, {
    url,
    intake,
    sources,
    board,
    logged,
    post: async (
      path: string,
      body: string | Uint8Array<ArrayBuffer>,
      headers: Readonly<Record<string, string>> = {},
    ) =>
      await fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...bearer(1), ...headers },
      }),
    get: async (path: string, headers: Readonly<Record<string, string>> = {}) =>
      await fetch(`${url}${path}`, { headers }),
    said: () =>
      intake.logged.flatMap(({ records }) =>
        records.flatMap(({ activities }) => activities as readonly AgentActivity[]),
      ),
  })
}

export const bearer = (seed: number): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${tokenOf(seed)}`,
})
