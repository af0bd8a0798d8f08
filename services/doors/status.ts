import type { Answer, Head } from '#shared/ports/http.ts'
import type { Vitals } from '#shared/ports/vitals.ts'
import type { DoorBoard } from './board.ts'
import type { Gate } from './gate.ts'
import { allHeard, healthOf } from './health.ts'
import { isFromHere } from './here.ts'
import { metricsText, metricsType } from './metrics.ts'
import { openApi } from './openapi.ts'
import { json, problem } from './pages.ts'
import { reportOf } from './report.ts'

export type StatusOptions = {
  readonly gate: Gate
  readonly board: DoorBoard
  readonly vitals: () => Vitals
  readonly version: string
}

type Page = (options: StatusOptions, head: Head) => Answer

/** Pages of which anybody may know the status; details are for those who may see them. */
const pages: Readonly<Record<string, Page>> = {
  '/healthz': ({ gate, board }, head) => {
    gate.look(head.received)
    const sources = board.states().map((state) => healthOf(state, head.received))
    const ok = allHeard(sources)
    return json(ok ? 200 : 503, { ok, ...(mayLook(gate, head) && { sources }) })
  },
  '/readyz': ({ gate, vitals }, head) => {
    const { notReady } = vitals()
    const ready = notReady === undefined
    return json(ready ? 200 : 503, {
      ready,
      ...(!ready && mayLook(gate, head) && { why: notReady }),
    })
  },
  '/metrics': ({ gate, board, vitals, version }, head) => {
    if (!mayLook(gate, head)) return problem(401, 'from elsewhere only with the token of a source')
    gate.look(head.received)
    const sources = board.states()
    const turnedAway = gate.turnedAway()
    const readings = { now: head.received, sources, vitals: vitals(), turnedAway, version }
    return { status: 200, headers: { 'content-type': metricsType }, body: metricsText(readings) }
  },
  '/status.json': ({ gate, board, vitals }, head) => {
    if (!mayLook(gate, head)) return problem(401, 'from elsewhere only with the token of a source')
    gate.look(head.received)
    return json(200, reportOf(board.states(), vitals(), head.received))
  },
  '/openapi.json': ({ version }) => json(200, openApi(version)),
}

/** The page of a path, if it is one of these. */
export function statusPage(options: StatusOptions, head: Head): Answer | undefined {
  const page = Object.hasOwn(pages, head.path) ? pages[head.path] : undefined
  if (!page) return undefined
  if (head.method !== 'GET') return problem(405, 'GET only', { allow: 'GET' })
  return page(options, head)
}

/** Details are for this machine, and for who has a token of a source. */
const mayLook = (gate: Gate, head: Head): boolean =>
  isFromHere(head) || gate.knows(head.headers['authorization'], head.received)
