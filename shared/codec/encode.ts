import { Bug } from '#shared/errors.ts'
import { ByteWriter } from './bytes.ts'
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
import { Numbers } from './numbers.ts'
import { Shapes, type Hint, type Shape } from './shapes.ts'
import { Texts } from './texts.ts'

const naturalMax = 2 ** 29
const nearMax = 2 ** 28
/** Values nest no deeper: what does is a circle without an entity in it. */
const depthMax = 1000

/**
 * Any graph of plain objects, arrays, maps, sets, typed arrays and instances of known classes as bytes. Entities are one again in
 * what `decode` makes of them. The bytes are a copy: the graph may change while they are being stored.
 *
 * @returns pieces in order; the first one holds the header
 * @throws Bug for anything else, since it would be lost in silence
 */
export function encode(root: unknown, known: Known): Uint8Array[] {
  return new Encoder(known).encode(root)
}

class Encoder {
  private readonly kinds = new ByteWriter()
  private readonly values = new ByteWriter()
  private readonly buffers: Uint8Array[] = []
  private readonly texts = new Texts()
  private readonly entities = new Numbers<object>()
  private readonly shapes: Shapes
  private readonly known: readonly string[]
  /** Known objects, by how they are told apart from those that are saved. */
  private readonly outside = new Map<object, number>()
  private large = 0
  private depth = 0
  private readonly last = anywhere()

  constructor(known: Known) {
    this.shapes = new Shapes(known)
    this.known = Object.keys(known.values)
    for (const [n, value] of Object.values(known.values).entries()) this.outside.set(value, n)
  }

  encode(root: unknown): Uint8Array[] {
    this.value(root, anywhere())
    // The list grows while it is walked: entities may refer to one another over any distance, and need no stack.
    const { list } = this.entities
    for (let at = 0; at < list.length; at++) this.entity(list[at] ?? {})
    const { lengths, text } = textsOf(this.texts.list)
    const sections = [this.kinds, this.values, lengths, text].map((writer) => writer.end())
    sections.push(this.buffers)
    const header: Header = {
      format,
      shapes: this.shapes.all.map(({ name, keys }) => [name, ...keys]),
      known: this.known,
      entities: list.length,
      texts: this.texts.list.length,
      sections: sections.map((pieces) => pieces.reduce((sum, { length }) => sum + length, 0)),
    }
    return [headerOf(header), ...sections.flat()]
  }

  private value(value: unknown, hint: Hint): void {
    switch (typeof value) {
      case 'string':
        return this.note(tag.text, this.texts.of(value))
      case 'number':
        return this.number(value)
      case 'object':
        if (value !== null) return this.object(value, hint)
        return this.constant(value)
      case 'boolean':
      case 'undefined':
        return this.constant(value)
      case 'function':
        if (this.outside.has(value)) return this.object(value, hint)
        throw unsaved(`a function ${value.name}`)
      case 'symbol':
      case 'bigint':
        throw unsaved(`a ${typeof value}`)
    }
  }

  private constant(value: unknown): void {
    this.note(tag.constant, constants.indexOf(value))
  }

  private note(of: number, n: number): void {
    this.values.varint(n * 8 + of)
  }

  private number(n: number): void {
    if (Number.isInteger(n) && !Object.is(n, -0)) {
      if (n >= 0 && n < naturalMax) return this.note(tag.natural, n)
      if (n < 0 && n > -naturalMax) return this.note(tag.negative, -n)
      const step = n - this.large
      this.large = n
      if (step > -nearMax && step < nearMax)
        return this.note(tag.near, step < 0 ? -step * 2 - 1 : step * 2)
    } else if (!Number.isFinite(n) || n === 0) {
      return this.note(
        tag.constant,
        constants.findIndex((each) => Object.is(each, n)),
      )
    }
    this.note(tag.constant, floatMark)
    this.values.float(n)
  }

  private object(object: object, hint: Hint): void {
    if (++this.depth > depthMax)
      throw new Bug('a state has no circles except through entities, and no deep nests')
    const outside = this.outside.size > 0 ? this.outside.get(object) : undefined
    if (outside !== undefined) this.note(tag.constant, floatMark + 1 + outside)
    else if (Array.isArray(object)) this.array(object, hint)
    else if (object instanceof Map) this.map(object, hint)
    else if (object instanceof Set) this.set(object, hint)
    else if (ArrayBuffer.isView(object)) this.view(object)
    else if (object instanceof ArrayBuffer) this.note(tag.entity, this.entities.of(object))
    else this.shaped(object, hint)
    this.depth--
  }

  private array(list: readonly unknown[], hint: Hint): void {
    this.note(tag.container, list.length * 2)
    for (const item of list) this.value(item, hint)
  }

  private map(map: ReadonlyMap<unknown, unknown>, hint: Hint): void {
    this.container(kind.map, map.size)
    for (const [key, item] of map) {
      this.value(key, hint)
      this.value(item, hint)
    }
  }

  private set(set: ReadonlySet<unknown>, hint: Hint): void {
    this.container(kind.set, set.size)
    for (const item of set) this.value(item, hint)
  }

  private container(of: number, size: number): void {
    this.note(tag.container, (size * 4 + of) * 2 + 1)
  }

  private view(view: ArrayBufferView): void {
    const type = views.findIndex((each) => view.constructor === each)
    const of = views[type]
    // A Buffer is a view on memory that it shares with others.
    if (!of) throw unsaved(`a ${view.constructor.name}`)
    this.container(kind.view, type)
    this.values.varint(this.entities.of(view.buffer))
    this.values.varint(view.byteOffset)
    this.values.varint(view.byteLength / of.BYTES_PER_ELEMENT)
  }

  private shaped(object: object, hint: Hint): void {
    const shape = this.shapes.of(object, hint)
    if (shape.isEntity) return this.note(tag.entity, this.entities.of(object))
    this.note(tag.shaped, shape.number)
    this.fields(object, shape)
  }

  private fields(object: object, shape: Shape): void {
    const { hints } = shape
    let at = 0
    for (const key in object)
      this.value((object as Record<string, unknown>)[key], hints[at++] ?? anywhere())
  }

  private entity(object: object): void {
    if (object instanceof ArrayBuffer) {
      this.kinds.varint(object.byteLength * 8 + kind.buffer)
      this.buffers.push(new Uint8Array(object.slice(0)))
    } else {
      const shape = this.shapes.of(object, this.last)
      this.kinds.varint(shape.number * 8 + kind.shaped)
      this.fields(object, shape)
    }
  }
}

const anywhere = (): Hint => ({ shape: undefined })

const unsaved = (what: string): Bug =>
  new Bug(`a state holds nothing but data and known values; ${what} is none`)

function textsOf(texts: readonly string[]): { lengths: ByteWriter; text: ByteWriter } {
  const lengths = new ByteWriter()
  const text = new ByteWriter()
  for (let from = 0; from < texts.length; from += textRun) {
    const run = texts.slice(from, from + textRun)
    for (const { length } of run) lengths.varint(length)
    const all = run.join('')
    const isAscii = Buffer.byteLength(all) === all.length
    lengths.varint(isAscii ? 1 : 2)
    // UTF-16 also keeps half characters, which UTF-8 does not.
    text.bytes(Buffer.from(all, isAscii ? 'latin1' : 'utf16le'))
  }
  return { lengths, text }
}

/** The length of the header, then the header. */
function headerOf(header: Header): Uint8Array {
  const json = Buffer.from(JSON.stringify(header))
  const bytes = new Uint8Array(4 + json.length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 4)
  return bytes
}
