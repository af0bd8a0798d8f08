/**
 * A deep copy of any state: maps, sets, typed arrays over one buffer, objects of classes. What is shared inside is shared
 * inside the copy. Functions and patterns have no state and stay.
 */
export function deepCopy<T>(value: T): T {
  return copy(value, new Map()) as T
}

type Seen = Map<object, unknown>

function copy(value: unknown, seen: Seen): unknown {
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value
  if (seen.has(value)) return seen.get(value)
  const note = <C>(made: C): C => {
    seen.set(value, made)
    return made
  }
  if (value instanceof ArrayBuffer) return note(value.slice(0))
  if (ArrayBuffer.isView(value)) return note(viewOf(value, seen))
  if (value instanceof Map) {
    const made = note(new Map<unknown, unknown>())
    for (const [key, item] of value) made.set(copy(key, seen), copy(item, seen))
    return made
  }
  if (value instanceof Set) {
    const made = note(new Set<unknown>())
    for (const item of value) made.add(copy(item, seen))
    return made
  }
  const made = note(emptyLike(value))
  for (const name of Reflect.ownKeys(value))
    if (name !== 'length' || !Array.isArray(value))
      Reflect.set(made, name, copy(Reflect.get(value, name), seen))
  return made
}

/** An object of the same class, without members. */
function emptyLike(value: object): object {
  return Array.isArray(value) ? [] : (Object.create(Reflect.getPrototypeOf(value)) as object)
}

const views = [Uint32Array, Int32Array, Float64Array, Uint8Array] as const

function viewOf(value: ArrayBufferView, seen: Seen): ArrayBufferView {
  const kind = views.find((each) => value instanceof each)
  if (!kind) throw new Error(`no copy of ${value.constructor.name}`)
  const length = value.byteLength / kind.BYTES_PER_ELEMENT
  return new kind(copy(value.buffer, seen) as ArrayBuffer, value.byteOffset, length)
}
