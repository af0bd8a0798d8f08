import { Bug } from '#shared/errors.ts'
import { ByteReader } from './bytes.ts'
import {
  constants,
  floatMark,
  format,
  kind,
  tag,
  textRun,
  views,
  type Header,
  type Known,
} from './known.ts'

/**
 * The graph that `encode` was given, anew.
 *
 * @throws Bug if the bytes are of another format, or name what is not known here
 */
export function decode(bytes: Uint8Array, known: Known): unknown {
  const { header, sections } = open(bytes)
  const [kinds, values, lengths, text, buffers] = sections
  if (!kinds || !values || !lengths || !text || !buffers)
    throw new Bug('saved bytes lack a section')
  const makers = header.shapes.map((shape) => makerOf(shape, known))
  return new Decoder(new ByteReader(values), {
    makers,
    texts: textsOf(header.texts, new ByteReader(lengths), text),
    entities: entitiesOf(header.entities, new ByteReader(kinds), makers, buffers),
    known: header.known.map((name) => known.values[name]),
  }).all()
}

function open(given: Uint8Array): { header: Header; sections: Uint8Array[] } {
  // The slice of a Buffer is no copy, as that of other bytes is.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length)
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true)
  const json = Buffer.from(bytes.buffer, bytes.byteOffset + 4, size).toString()
  const header = JSON.parse(json) as Header
  if (header.format !== format) throw new Bug(`saved bytes are of format ${header.format}`)
  let at = 4 + size
  const sections = header.sections.map((length) => bytes.subarray(at, (at += length)))
  if (at !== bytes.length) throw new Bug('saved bytes are cut')
  return { header, sections }
}

type Maker = { readonly make: () => object; readonly keys: readonly string[] }

/** How objects of one shape are made: with all fields at once, so that they take no more room than those of the code. */
function makerOf([name = '', ...keys]: readonly string[], { classes }: Known): Maker {
  if (name === 'null') return { make: () => Object.create(null) as object, keys }
  if (name !== '') {
    const found = classes.find((each) => each.name === name)
    if (!found) throw new Bug(`saved bytes hold a ${name}, which is not known here`)
    return { make: found.make, keys }
  }
  const fields = keys.map((key) => `${JSON.stringify(key)}:null`).join()
  const template = JSON.parse(`{${fields}}`) as object
  return { make: () => ({ ...template }), keys }
}

type Entity = { readonly object: object; readonly keys: readonly string[] }

/** All entities, empty: what refers to them may come before them. */
function entitiesOf(
  count: number,
  kinds: ByteReader,
  makers: readonly Maker[],
  buffers: Uint8Array,
): Entity[] {
  let at = 0
  return Array.from({ length: count }, (): Entity => {
    const noted = kinds.varint()
    const n = Math.floor(noted / 8)
    if ((noted & 7) === kind.buffer)
      return { object: buffers.slice(at, (at += n)).buffer, keys: [] }
    const maker = makers[n]
    if (!maker) throw new Bug('saved bytes name a shape that they do not have')
    return { object: maker.make(), keys: maker.keys }
  })
}

type From = {
  readonly makers: readonly Maker[]
  readonly texts: readonly string[]
  readonly entities: readonly Entity[]
  readonly known: readonly (object | undefined)[]
}

class Decoder {
  private readonly values: ByteReader
  private readonly from: From
  private large = 0

  constructor(values: ByteReader, from: From) {
    this.values = values
    this.from = from
  }

  all(): unknown {
    const root = this.value()
    for (const { object, keys } of this.from.entities) this.fields(object, keys)
    return root
  }

  private value(): unknown {
    const noted = this.values.varint()
    const n = noted >>> 3
    switch (noted & 7) {
      case tag.text:
        return this.from.texts[n]
      case tag.natural:
        return n
      case tag.shaped:
        return this.shaped(n)
      case tag.container:
        return n & 1 ? this.container(n >>> 1) : this.array(n / 2)
      case tag.entity:
        return this.from.entities[n]?.object
      case tag.negative:
        return -n
      case tag.near:
        return (this.large += n & 1 ? -(n + 1) / 2 : n / 2)
      default:
        return n === floatMark ? this.float() : n < floatMark ? constants[n] : this.outside(n)
    }
  }

  private float(): number {
    const x = this.values.float()
    if (Number.isInteger(x)) this.large = x
    return x
  }

  private outside(n: number): object {
    const value = this.from.known[n - floatMark - 1]
    if (!value) throw new Bug('saved bytes name a value that is not known here')
    return value
  }

  private shaped(n: number): object {
    const maker = this.from.makers[n]
    if (!maker) throw new Bug('saved bytes name a shape that they do not have')
    const object = maker.make()
    this.fields(object, maker.keys)
    return object
  }

  private fields(object: object, keys: readonly string[]): void {
    for (const key of keys) {
      const value = this.value()
      // Set as any other field, this one would change what the object is.
      if (key === '__proto__') {
        const field = { value, enumerable: true, writable: true, configurable: true }
        Object.defineProperty(object, key, field)
      } else (object as Record<string, unknown>)[key] = value
    }
  }

  private array(length: number): unknown[] {
    const list: unknown[] = []
    for (let i = 0; i < length; i++) list.push(this.value())
    return list
  }

  private container(n: number): object {
    const size = n >>> 2
    switch (n & 3) {
      case kind.map: {
        const map = new Map<unknown, unknown>()
        for (let i = 0; i < size; i++) {
          const key = this.value()
          map.set(key, this.value())
        }
        return map
      }
      case kind.set: {
        const set = new Set<unknown>()
        for (let i = 0; i < size; i++) set.add(this.value())
        return set
      }
      default:
        return this.view(size)
    }
  }

  private view(type: number): object {
    const memory = this.from.entities[this.values.varint()]?.object
    const [at, length] = [this.values.varint(), this.values.varint()]
    const of = views[type]
    if (!of || !(memory instanceof ArrayBuffer)) throw new Bug('a saved view has no memory')
    return new of(memory, at, length)
  }
}

function textsOf(count: number, lengths: ByteReader, bytes: Uint8Array): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const texts: string[] = []
  // The same text may have been saved more than once; in memory it is one again.
  const known = new Map<string, string>()
  const one = (text: string): string => {
    const there = known.get(text)
    if (there !== undefined) return there
    known.set(text, text)
    return text
  }
  let at = 0
  while (texts.length < count) {
    const run = Array.from({ length: Math.min(textRun, count - texts.length) }, () =>
      lengths.varint(),
    )
    const width = lengths.varint()
    for (const length of run) {
      const end = at + length * width
      // Each text by itself: a part of a long one would keep all of it in memory.
      texts.push(one(all.toString(width === 1 ? 'latin1' : 'utf16le', at, end)))
      at = end
    }
  }
  return texts
}
