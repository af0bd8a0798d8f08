import { connect } from 'node:net'

/** How long a broker may take to answer, ms. */
const patience = 2_000

/** One request of the Kafka protocol in its old form (header version 1, no client id): enough to ask without a client library. */
function ask(port: number, key: number, version: number, body: Buffer): Promise<Buffer> {
  const head = Buffer.alloc(14)
  head.writeInt32BE(10 + body.length, 0)
  head.writeInt16BE(key, 4)
  head.writeInt16BE(version, 6)
  head.writeInt32BE(1, 8)
  head.writeInt16BE(-1, 12)
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0)
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])))
    socket.setTimeout(patience, () => socket.destroy(new Error('no answer')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
      if (got.length < 4 || got.length < 4 + got.readInt32BE(0)) return
      resolve(got.subarray(8))
      socket.destroy()
    })
  })
}

/** How many brokers this one knows (Metadata v6 without topics). */
export const brokersKnownAt = async (port: number): Promise<number> =>
  (await ask(port, 3, 6, Buffer.from([0, 0, 0, 0, 0]))).readInt32BE(4)

/** Whether groups can be made (FindCoordinator v2); the first question makes the topic for their offsets. */
export const hasCoordinator = async (port: number): Promise<boolean> =>
  (await ask(port, 10, 2, Buffer.from('\0\x04warm\0'))).readInt16BE(4) === 0
