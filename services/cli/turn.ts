import { shownPlace } from '#shared/config/place.ts'
import { Transient } from '#shared/errors.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Answer, Listening } from '#shared/ports/http.ts'
import type { Context } from './command.ts'
import { tlsOf } from './open-doors.ts'
import { placeOf } from './place.ts'

/** How often a process that stands by asks whether it is its turn, ms. */
const askEveryMs = 2_000

/**
 * Opens what serve keeps as its owner. While another process serves it, or it does not answer, this one stands by: it is well,
 * and not ready, and says so where the doors will be.
 *
 * @param asked resolves when the program shall end
 * @returns undefined if it was asked to end before it was its turn
 */
export async function ownInTurn(
  context: Context,
  asked: Promise<unknown>,
): Promise<DataFile | undefined> {
  const { machine } = context
  let isAsked = false
  void asked.then(() => (isAsked = true))
  let standing: Listening | undefined
  let said = ''
  try {
    for (;;) {
      const found = await tried(context)
      if (typeof found !== 'string') return found
      if (found !== said) machine.log.info('standing by', { why: found })
      said = found
      standing ??= await standBy(context)
      await Promise.race([asked, pause(context)])
      if (isAsked) return undefined
    }
  } finally {
    await standing?.close()
  }
}

/** What is kept, or why this process has to wait. */
async function tried(context: Context): Promise<DataFile | string> {
  const place = placeOf(context)
  try {
    const found = await context.machine.own(place, context.config.database.leaseSeconds * 1000)
    return 'heldBy' in found ? `${shownPlace(place)} is served by ${found.heldBy}` : found
  } catch (thrown) {
    if (!(thrown instanceof Transient)) throw thrown
    return thrown.message
  }
}

const pause = ({ machine }: Context): Promise<void> =>
  new Promise((resolve) => void machine.scheduler.later(askEveryMs, resolve))

async function standBy({ config, cwd, machine }: Context): Promise<Listening | undefined> {
  const { host, port, certificate, key } = config.http
  const tls = await tlsOf(cwd, certificate, key)
  const answers: Readonly<Record<string, Answer>> = {
    '/healthz': answer(200, 'standing by'),
    '/readyz': answer(503, 'standing by'),
  }
  const site = ({ path }: { readonly path: string }): Answer =>
    answers[path] ?? answer(503, 'standing by: another process serves')
  return await machine.listen({ host, port, site, log: machine.log, ...(tls && { tls }) })
}

const answer = (status: number, text: string): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2' },
  body: `${text}\n`,
})
