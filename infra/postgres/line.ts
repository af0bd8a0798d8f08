import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { Bug, reasonOf, Transient, Unusable } from '#shared/errors.ts'
import type { Value } from '#infra/sql/database.ts'
import { accessOf, nameOf, type Limits } from './address.ts'
import type { Taken } from './lease.ts'
import type { Rows } from './session.ts'

/** What is asked of the thread that speaks to the database. */
export type Request =
  | { readonly kind: 'query'; readonly sql: string; readonly values: readonly Value[] }
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'migrate' | 'close' }
  | { readonly kind: 'take'; readonly lease: string; readonly holder: string; readonly ms: number }

export type Asked = { readonly id: number; readonly request: Request }

/** What the thread is given. `signal` counts its answers. */
export type LineData = {
  readonly address: string
  readonly limits: Limits
  readonly signal: Int32Array
}

export type Answer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly failure: Failure }
)

/** An error on its way between threads, which know no classes of each other. */
type Failure = { readonly as: string; readonly why: string; readonly cause?: string }

/** A line to the database: one question, one answer, and this thread waits for it. */
export type Line = {
  readonly name: string
  query(sql: string, values: readonly Value[]): Rows
  begin(): void
  commit(): void
  rollback(): void
  migrate(): void
  take(lease: string, holder: string, ms: number): Taken
  close(): void
}

/** The thread answers before this at the latest, since it gives up its own waiting earlier; ms. */
const slackMs = 10_000

/**
 * The adapters decide about rows in the midst of a transaction, in which nothing else may happen, so they do not let go of the
 * thread; `pg` cannot work so. It runs in a thread of its own, and this one waits for its answer.
 */
export function lineTo(address: string, limits: Limits): Line {
  // What is wrong with it is said here, since the other thread could not even begin.
  accessOf(address, limits)
  const name = nameOf(address)
  const { port1: port, port2 } = new MessageChannel()
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const data: LineData = { address, limits, signal }
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { ...data, port: port2 },
    transferList: [port2],
  })
  worker.unref()
  port.unref()
  // Longest is a commit whose answer is lost.
  const patience = 2 * (limits.connect + limits.answer) + slackMs
  let last = 0

  const ask = (request: Request): unknown => {
    const asked: Asked = { id: ++last, request }
    port.postMessage(asked)
    const until = performance.now() + patience
    for (;;) {
      const seen = Atomics.load(signal, 0)
      const got = receiveMessageOnPort(port)?.message as Answer | undefined
      if (got?.id === last) return valueOf(got)
      if (got) continue
      const left = until - performance.now()
      if (left <= 0 || Atomics.wait(signal, 0, seen, left) === 'timed-out')
        throw new Bug(`${name}: the thread that speaks to the database has no answer`)
    }
  }
  return {
    name,
    query: (sql, values) => ask({ kind: 'query', sql, values }) as Rows,
    begin: () => void ask({ kind: 'begin' }),
    commit: () => void ask({ kind: 'commit' }),
    rollback: () => void ask({ kind: 'rollback' }),
    migrate: () => void ask({ kind: 'migrate' }),
    take: (lease, holder, ms) => ask({ kind: 'take', lease, holder, ms }) as Taken,
    close() {
      ask({ kind: 'close' })
      void worker.terminate()
    },
  }
}

function valueOf(answer: Answer): unknown {
  if ('value' in answer) return answer.value
  const { as, why, cause } = answer.failure
  if (as === 'Transient') throw new Transient(why, { cause })
  if (as === 'Unusable') throw new Unusable(why, { cause })
  throw new Bug(why, { cause })
}

/** What was thrown, for the other thread. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Transient)
    return { as: thrown.name, why: thrown.doing, cause: reasonOf(thrown.cause) }
  if (thrown instanceof Unusable) return { as: thrown.name, why: thrown.message }
  const why = reasonOf(thrown)
  return { as: 'Bug', why: thrown instanceof Bug ? why.replace(/^assumption broken: /, '') : why }
}
