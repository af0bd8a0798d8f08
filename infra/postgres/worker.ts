import { workerData, type MessagePort } from 'node:worker_threads'
import { leaseOn } from './lease.ts'
import { failureOf, type Answer, type Asked, type LineData, type Request } from './line.ts'
import { migrate } from './migrate.ts'
import { sessionOn, type Rows } from './session.ts'

/** The other end of the line: it does one thing after another, and says what became of it. */
const { address, limits, signal, port } = workerData as LineData & { readonly port: MessagePort }
const session = sessionOn(address, limits)
const lease = leaseOn(address, limits)

const work = async (request: Request): Promise<unknown> => {
  switch (request.kind) {
    case 'query':
      return plain(await session.query(request.sql, request.values))
    case 'begin':
      return await session.begin(lease.tenure())
    case 'commit':
      return await session.commit()
    case 'rollback':
      return await session.rollback()
    case 'migrate':
      return await migrate(address, limits)
    case 'take':
      return await lease.take(request.lease, request.holder, request.ms)
    case 'close':
      await lease.release()
      return await session.close()
  }
}

/** Bytes of their own: those of `pg` lie in a larger stretch, all of which would travel. */
const plain = ({ rows, count }: Rows): Rows => ({
  count,
  rows: rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        value instanceof Uint8Array ? new Uint8Array(value) : value,
      ]),
    ),
  ),
})

const reply = async ({ id, request }: Asked): Promise<void> => {
  let answer: Answer
  try {
    answer = { id, value: await work(request) }
  } catch (thrown) {
    answer = { id, failure: failureOf(thrown) }
  }
  port.postMessage(answer)
  Atomics.add(signal, 0, 1)
  Atomics.notify(signal, 0)
}
port.on('message', (asked: Asked) => void reply(asked))
