import { constants, mkdirSync, statSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reasonOf } from '#shared/errors.ts'
import type { Sender, Sent } from '#shared/ports/sender.ts'

/** Bytes at the end of a file in which a repeated delivery is looked for: those that were written before a crash are last. */
const tailMax = 4 * 1024 * 1024

/**
 * Appends the lines of a delivery to a file and syncs it before it counts as delivered. The file may be rotated at any time
 * (renamed, or deleted): it is opened by its name each time. A delivery that was written before a crash, but not recorded, is
 * found at the end of the file and not written again; half of one is completed.
 */
export function jsonLinesSender(path: string): Sender {
  /** The file that was written last, and its end as it was found: what an earlier process wrote is in there. */
  let found: { readonly file: string; readonly tail: Buffer } | undefined
  return {
    // One at a time: lines of two deliveries must not mix.
    width: 1,
    async send(delivery): Promise<Sent> {
      let file: FileHandle | undefined
      try {
        const isNew = statSync(path, { throwIfNoEntry: false }) === undefined
        if (isNew) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        file = await open(path, flags, 0o600)
        const { ino, dev, size } = await file.stat()
        const body = Buffer.from(delivery.body)
        const isFound = found?.file === `${dev}:${ino}`
        const tail = found && isFound ? found.tail : await tailOf(file, size)
        found = { file: `${dev}:${ino}`, tail }
        const rest = isFound && !tail.includes(body) ? body : missing(tail, body)
        if (rest.length > 0) await file.appendFile(rest)
        // Also if all of it was there: nobody knows whether it was synced.
        await file.sync()
        if (isNew) await syncFolder(dirname(path))
        return { as: 'delivered' }
      } catch (thrown) {
        // Nobody knows how much of it was written.
        found = undefined
        return { as: 'later', why: `the file cannot be written: ${codeOf(thrown)}` }
      } finally {
        await file?.close().catch(() => undefined)
      }
    },
  }
}

/** Never through a link that somebody else put there. */
const flags =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/** The end of a file. */
async function tailOf(file: FileHandle, size: number): Promise<Buffer> {
  const tail = Buffer.alloc(Math.min(size, tailMax))
  await file.read(tail, 0, tail.length, size - tail.length)
  return tail
}

/**
 * The part of a body that is not there yet: nothing if all of it is; the rest if a process died while it wrote, so that the
 * file ends with its beginning. Half a line of something else is ended, so that it spoils no other one.
 */
function missing(tail: Buffer, body: Buffer): Buffer {
  if (tail.includes(body)) return Buffer.alloc(0)
  for (let length = Math.min(tail.length, body.length - 1); length > 0; length--) {
    const start = tail.length - length
    const startsLine = start === 0 || tail[start - 1] === lineFeed
    if (startsLine && tail.subarray(start).equals(body.subarray(0, length)))
      return body.subarray(length)
  }
  const isEnded = tail.length === 0 || tail.at(-1) === lineFeed
  return isEnded ? body : Buffer.concat([Buffer.from([lineFeed]), body])
}

const lineFeed = 10

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : reasonOf(thrown)
