import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** How one field is read: a scalar by its type, or a message. Fields that no table names are skipped unread. */
export type Field = {
  /** Its name in the JSON form of the same message. */
  readonly name: string
  readonly as:
    | 'text'
    | 'hex'
    | 'int'
    | 'int64'
    | 'fixed64'
    | 'fixed32'
    | 'bool'
    | 'double'
    | Message
  readonly many?: boolean
}

/** Fields of a message by their numbers. */
export type Message = { readonly [number: number]: Field }

/** The bytes are no such message. The text says where and why, and repeats nothing of them. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** There is more in one request than may be. */
export class TooMany extends Error {
  override readonly name = 'TooMany'
}

type Scalar = Exclude<Field['as'], Message>

const wireTypes: Readonly<Record<Scalar, WireType>> = {
  text: WireType.LengthDelimited,
  hex: WireType.LengthDelimited,
  int: WireType.Varint,
  int64: WireType.Varint,
  fixed64: WireType.Bit64,
  fixed32: WireType.Bit32,
  bool: WireType.Varint,
  double: WireType.Bit64,
}

/** Text that is no UTF-8 gets replacement characters: half a character in a prompt must not cost the batch. */
const scalars: Readonly<Record<Scalar, (reader: BinaryReader) => unknown>> = {
  text: (reader) => reader.string(),
  hex: (reader) => Buffer.from(reader.bytes()).toString('hex'),
  int: (reader) => reader.int32(),
  int64: (reader) => String(reader.int64()),
  fixed64: (reader) => String(reader.fixed64()),
  fixed32: (reader) => reader.fixed32(),
  bool: (reader) => reader.bool(),
  double: (reader) => reader.double(),
}

/**
 * Reads a protobuf message into the shape that its JSON form has (ids as hex, 64-bit integers as text), as OTLP/JSON writes
 * it. Depth is that of the tables, which never contain themselves. A field of another wire type counts as unknown, as
 * protobuf prescribes.
 * @throws Malformed, or TooMany if there are more than `partsMax` messages in it.
 */
export function decode(bytes: Uint8Array, message: Message, partsMax: number): object {
  let parts = 0
  const read = (part: Uint8Array, table: Message, path: string): Record<string, unknown> => {
    if (++parts > partsMax) throw new TooMany(`more than ${partsMax} parts`)
    const found: Record<string, unknown> = {}
    const reader = new BinaryReader(part)
    while (reader.pos < reader.len) readField(reader, table, found, path)
    return found
  }
  const readField = (
    reader: BinaryReader,
    table: Message,
    found: Record<string, unknown>,
    path: string,
  ): void => {
    const [number, wireType] = attempt(path, () => reader.tag())
    const field = table[number]
    const { as } = field ?? {}
    const wanted = typeof as === 'string' ? wireTypes[as] : WireType.LengthDelimited
    if (!field || as === undefined || wireType !== wanted)
      return void attempt(path, () => reader.skip(wireType, number))
    const at = path === '' ? field.name : `${path}.${field.name}`
    const value =
      typeof as === 'string'
        ? attempt(at, () => scalars[as](reader))
        : read(
            attempt(at, () => reader.bytes()),
            as,
            at,
          )
    if (!field.many) found[field.name] = value
    else if (Array.isArray(found[field.name])) (found[field.name] as unknown[]).push(value)
    else found[field.name] = [value]
  }
  return read(bytes, message, '')
}

/** The library's words may show values of the message, so only the place is told. */
function attempt<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof TooMany || cause instanceof Malformed) throw cause
    throw new Malformed(`not protobuf${path === '' ? '' : `: ${path}`} is cut or damaged`)
  }
}
