/** One value of the stream, or a stretch of it that is no value. `offset` counts bytes from the beginning. */
export type Piece =
  | {
      readonly as: 'value'
      readonly value: unknown
      readonly offset: number
      readonly size: number
    }
  | { readonly as: 'bad'; readonly reason: string; readonly offset: number; readonly text: string }

/** What cuts a stream of bytes into pieces: `push` all chunks, then `end`; ask `next` until it has none. */
export type Cutter = {
  push(chunk: Uint8Array): void
  end(): void
  /** The next piece. Undefined: more bytes are needed; after `end`: there are no more. */
  next(): Piece | undefined
}

export const reasons = {
  json: 'not valid JSON',
  text: 'text that is no JSON',
  cut: 'the file ends inside a record',
  open: 'the file ends inside a list of records',
  deep: 'JSON nested too deep',
  large: (bytes: number) => `record larger than ${bytes / (1024 * 1024)} MiB`,
} as const
