import { promisify } from 'node:util'
import { gunzip, gzip, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { Unusable } from '#shared/errors.ts'
import { unlz4 } from './lz4.ts'
import { unsnappy } from './snappy.ts'

/** What one batch of a topic may unpack to, bytes. Brokers take batches of 1 MiB as they come, if nobody says otherwise. */
const unpackedMax = 64 * 1024 * 1024

const inflate = promisify(gunzip)
const deflate = promisify(gzip)
const unzstd = promisify(zstdDecompress)
const bound = { maxOutputLength: unpackedMax }

type Unpack = (bytes: Buffer) => Promise<Buffer> | Buffer

/** kafkajs knows gzip alone, without a bound; a batch of another kind ends a consumer for good. */
const unpackers: readonly (readonly [type: number, name: string, unpack: Unpack])[] = [
  [kafkajs.CompressionTypes.GZIP, 'gzip', (bytes) => inflate(bytes, bound)],
  [kafkajs.CompressionTypes.Snappy, 'snappy', (bytes) => unsnappy(bytes, unpackedMax)],
  [kafkajs.CompressionTypes.LZ4, 'lz4', (bytes) => unlz4(bytes, unpackedMax)],
  [kafkajs.CompressionTypes.ZSTD, 'zstd', (bytes) => unzstd(bytes, bound)],
]

/** A batch that cannot be unpacked. The reading stops in front of it: nobody else knows what is in it either. */
export class Unpackable extends Error {
  override readonly name = 'Unpackable'
  /** kafkajs asks: the same bytes come again. */
  readonly retriable = false
}

let isDone = false

/** Lets kafkajs read every codec of Kafka, each within a bound, and write gzip. Once for the process. */
export function registerCodecs(): void {
  if (isDone) return
  isDone = true
  const codecs: Record<number, () => unknown> = kafkajs.CompressionCodecs
  for (const [type, name, unpack] of unpackers)
    codecs[type] = () => ({
      async compress({ buffer }: { readonly buffer: Buffer }) {
        if (name !== 'gzip') throw new Unusable(`messages are not written as ${name}`)
        return await deflate(buffer)
      },
      async decompress(bytes: Buffer) {
        try {
          return await unpack(bytes)
        } catch (cause) {
          const why = cause instanceof Error ? cause.message : String(cause)
          throw new Unpackable(
            `a batch of ${name} cannot be unpacked within ${unpackedMax} bytes: ${why}`,
            { cause },
          )
        }
      },
    })
}
