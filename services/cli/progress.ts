import type { RawBatch } from '#services/ingest/batch.ts'
import type { Output } from './command.ts'

/** Told at most this often, so that telling costs nothing. */
const everyMs = 250

export type Progress = {
  readonly show: (batch: RawBatch, read: number) => void
  /** Takes the line away when the work is done. */
  readonly clear: () => void
}

/** How far reading has come, with rate and time left; only where a person watches. `now` gives milliseconds. */
export function progressOn(output: Output, now: () => number = () => performance.now()): Progress {
  if (!output.isTerminal) return { show: () => undefined, clear: () => undefined }
  const began = now()
  let told = -Infinity
  return {
    show({ progress }, read) {
      const time = now()
      if (time - told < everyMs) return
      told = time
      output.write(`\r\u001B[K${progressLine(progress, read, (time - began) / 1000)}`)
    },
    clear: () => output.write('\r\u001B[K'),
  }
}

/** "12 of 90 files, 34 %, 1,200,000 records, 410,000/s, 12 s left". */
export function progressLine(
  { bytes, totalBytes, files, totalFiles }: RawBatch['progress'],
  read: number,
  seconds: number,
): string {
  const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0
  const parts = [
    `${Math.min(files, totalFiles)} of ${totalFiles} ${totalFiles === 1 ? 'file' : 'files'}`,
    ...(share > 0 ? [`${Math.floor(share * 100)} %`] : []),
    `${read.toLocaleString('en')} records`,
    ...(seconds > 0 ? [`${Math.round(read / seconds).toLocaleString('en')}/s`] : []),
    ...(share > 0.01 && share < 1 ? [`${Math.ceil((seconds / share) * (1 - share))} s left`] : []),
  ]
  return parts.join(', ')
}
