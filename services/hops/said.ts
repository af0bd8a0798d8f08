import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import { format, type Known } from '#shared/codec/known.ts'
import { Bug } from '#shared/errors.ts'
import type { Flowing } from '#services/pipeline.ts'
import type { Place } from './places.ts'

/**
 * What one place says to another in one round of one unit of work, or a part of it where it is large. It is said once for each
 * round, also when there is nothing to say: who has heard everybody has heard everything.
 */
export type Said = {
  readonly from: Place
  readonly unit: number
  /** 0: from the stage before; then each exchange within the stage. */
  readonly round: number
  readonly part: number
  readonly parts: number
  /** In this round the sender has said nothing to anybody of its stage. */
  readonly silent: boolean
  readonly messages: readonly Flowing[]
}

/** Everything that one place says to another in one round. */
export type Word = Omit<Said, 'part' | 'parts'>

type Header = Omit<Said, 'messages'> & {
  readonly format: number
  readonly generation: string
}

/** Plain data only. */
const known: Known = { classes: [], values: {}, entities: [] }

/** Bytes of one part, if it can be so small: brokers take a megabyte by default. */
const partMax = 512 << 10

/** A word as messages of a topic. The same word gives the same bytes. */
export function bytesOf({ messages, ...word }: Word, generation: string): Uint8Array[] {
  const bodies = split(messages)
  return bodies.map((body, part) => {
    const header: Header = { format, generation, ...word, part, parts: bodies.length }
    const json = Buffer.from(JSON.stringify(header))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(json.length)
    return Buffer.concat([length, json, body])
  })
}

function split(messages: readonly Flowing[]): Uint8Array[] {
  const body = Buffer.concat(encode(messages, known))
  if (body.length <= partMax || messages.length < 2) return [body]
  const half = messages.length >>> 1
  return [...split(messages.slice(0, half)), ...split(messages.slice(half))]
}

/**
 * Undefined: of another generation, whose words mean something else.
 *
 * @throws Error of whatever kind if these are no words
 */
export function saidFrom(bytes: Uint8Array, generation: string): Said | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = 4 + all.readUInt32LE(0)
  if (end > all.length) throw new Bug('a word that is cut')
  const header = JSON.parse(all.toString('utf8', 4, end)) as Header
  if (header.format !== format) throw new Bug(`a word of format ${header.format}`)
  if (typeof header.generation !== 'string') throw new Bug('a word of no generation')
  if (header.generation !== generation) return undefined
  const { from, unit, round, part, parts, silent } = header
  if (![from.partition, unit, round, part, parts].every(Number.isSafeInteger) || part >= parts)
    throw new Bug('a word that does not say where it belongs')
  const messages = decode(all.subarray(end), known) as readonly Flowing[]
  return { from, unit, round, part, parts, silent, messages }
}
