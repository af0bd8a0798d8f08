import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Pointer, RawRecord } from '#shared/messages/record.ts'
import { Damaged } from '#shared/ports/sources.ts'
import type { Unread } from '#shared/ports/sources.ts'
import type { Ignored, RawBatch } from './batch.ts'
import { deadLetter } from './dead-letters.ts'
import { limits } from './limits.ts'
import { newHabits } from './separators.ts'
import { reasons } from './piece.ts'
import type { Piece } from './piece.ts'
import { isPlainRecord, unwrap } from './unwrap.ts'
import type { Sink } from './unwrap.ts'

/** Gathers what the pieces of the files turn out to be, and hands it out in batches. */
export class Collector implements Sink {
  /** Shared by all files of the run: the next file is mostly like the last. */
  readonly habits = newHabits()
  readonly #batch: number
  readonly #totalBytes: number
  readonly #totalFiles: number
  #records: RawRecord[] = []
  #dead: DeadLetter[] = []
  #ignored: Ignored[] = []
  #unread: Unread[] = []
  #bytes = 0
  #files = 0
  #source = ''
  #offset = 0
  #size = 0
  /** Elements that the present file has given. */
  #found = 0

  constructor(batch: number, totalBytes: number, totalFiles: number) {
    this.#batch = batch
    this.#totalBytes = totalBytes
    this.#totalFiles = totalFiles
  }

  startFile(source: string): void {
    this.#source = source
    this.#offset = 0
    this.#found = 0
  }

  finishFile(): void {
    this.#files++
    if (this.#found === 0) this.ignored('file without records', '')
  }

  countBytes(count: number): void {
    this.#bytes += count
  }

  unread(unread: Unread): void {
    this.#unread.push(unread)
  }

  piece(piece: Piece): void {
    this.#offset = piece.offset
    if (piece.as === 'bad') return this.dead(piece.reason, '', piece.text)
    this.#size = piece.size
    if (isPlainRecord(piece.value)) this.record(piece.value, '')
    else unwrap(piece.value, this)
  }

  record(value: unknown, within: string): void {
    if (within === '' && this.#size > limits.recordBytes) {
      return this.dead(reasons.large(limits.recordBytes), '', '')
    }
    this.#found++
    this.#records.push({ pointer: this.#pointer(within), value })
  }

  ignored(reason: string, within: string): void {
    this.#found++
    this.#ignored.push({ pointer: this.#pointer(within), reason })
  }

  dead(reason: string, field: string, text: string): void {
    this.#found++
    this.#dead.push(deadLetter(this.#pointer(''), reason, field, text))
  }

  /** The file is of a kind that is not read. */
  refused(reason: string): void {
    this.dead(reason, '', '')
  }

  /** The file gave nothing more: what came before is kept, and the loss is told. */
  failed(error: unknown): void {
    if (error instanceof Damaged) return this.dead(error.message, '', '')
    this.#found++
    const reason = error instanceof Error ? error.message : 'cannot be read'
    this.#unread.push({ path: this.#source, reason })
  }

  full(): boolean {
    return this.#records.length + this.#dead.length + this.#ignored.length >= this.#batch
  }

  take(): RawBatch {
    const batch: RawBatch = {
      records: this.#records,
      dead: this.#dead,
      ignored: this.#ignored,
      unread: this.#unread,
      progress: {
        bytes: this.#bytes,
        totalBytes: this.#totalBytes,
        files: this.#files,
        totalFiles: this.#totalFiles,
      },
    }
    this.#records = []
    this.#dead = []
    this.#ignored = []
    this.#unread = []
    return batch
  }

  #pointer(within: string): Pointer {
    const place = { source: this.#source, offset: this.#offset }
    return within === '' ? place : { ...place, within }
  }
}
