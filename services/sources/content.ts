import { createHash } from 'node:crypto'
import { Damaged, type ByteSource, type Files } from '#shared/ports/sources.ts'

/** Bytes that a digest may have, uncompressed: it has some 300 for each log file. */
const textMax = 64 * 1024 * 1024

/** The content without gzip, if that is what it begins with. Names of files are not asked. */
async function* unpacked(file: ByteSource, gunzip: Files['gunzip']): AsyncGenerator<Uint8Array> {
  const head: number[] = []
  for await (const chunk of file.open({ from: 0, until: 2 })) head.push(...chunk)
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  yield* isGzip ? gunzip(file.open()) : file.open()
}

/** SHA-256 of the uncompressed content, hex; undefined if it is damaged. @throws Unreadable */
export async function contentHash(
  file: ByteSource,
  gunzip: Files['gunzip'],
): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of unpacked(file, gunzip)) hash.update(chunk)
  } catch (thrown) {
    if (thrown instanceof Damaged) return undefined
    throw thrown
  }
  return hash.digest('hex')
}

/** The whole text; why not, if it is damaged or larger than any digest. @throws Unreadable */
export async function textOf(
  file: ByteSource,
  gunzip: Files['gunzip'],
): Promise<{ readonly text: string } | { readonly reason: string }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of unpacked(file, gunzip)) {
      bytes += chunk.length
      if (bytes > textMax) return { reason: 'no digest: larger than any' }
      chunks.push(chunk)
    }
  } catch (thrown) {
    if (thrown instanceof Damaged) return { reason: `no digest: ${thrown.message}` }
    throw thrown
  }
  return { text: Buffer.concat(chunks).toString('utf8') }
}
