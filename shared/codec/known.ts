/** A class whose instances may be saved. */
export type SavedClass = {
  readonly name: string
  readonly of: { readonly prototype: object }
  /** An instance to put saved fields into; what the constructor sets does not matter. */
  readonly make: () => object
  /** Instances are entities. */
  readonly isEntity?: boolean
}

/** What a state may hold beside plain data, and which of its objects have an identity. */
export type Known = {
  /** Fields that start with `#` are invisible from outside, so a class that is saved has none. */
  readonly classes: readonly SavedClass[]
  /**
   * Functions, and objects that come from outside of the state (settings), by name: they are not saved, and a loaded state holds
   * the ones of this process.
   */
  readonly values: Readonly<Record<string, object>>
  /**
   * Entities, by some of their field names: objects that several places hold and that change, so that all of them must see it.
   * Any other object is a value: where two places hold the same one, each gets its own.
   */
  readonly entities: readonly (readonly string[])[]
}

/** Kinds of containers and entities that are no shaped objects, three bits of what is noted about each. */
export const kind = { map: 0, set: 1, view: 2, shaped: 3, buffer: 4 } as const

/** Kinds of values, the lowest three bits of what is noted about each. */
export const tag = {
  /** One of `constants`; then a float that follows; then the known values. */
  constant: 0,
  natural: 1,
  negative: 2,
  /** The distance to the last large whole number: times lie close together. */
  near: 3,
  text: 4,
  entity: 5,
  /** An object, here, by its shape. */
  shaped: 6,
  /** An array, by its length, if that is even; else another container by size and kind. */
  container: 7,
} as const

/** Values that need nothing but their name. */
export const constants: readonly unknown[] = [
  undefined,
  null,
  false,
  true,
  NaN,
  Infinity,
  -Infinity,
  -0,
]

/** Behind the constants: a number that follows as 64 bits. */
export const floatMark = constants.length

export const views = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const

/** What stands before the sections, as JSON. */
export type Header = {
  readonly format: number
  /** The class ('' for plain objects, `null` for those without a prototype) and the names of its fields. */
  readonly shapes: readonly (readonly string[])[]
  readonly known: readonly string[]
  readonly entities: number
  readonly texts: number
  /** Bytes of kinds, values, lengths of texts, texts, buffers. */
  readonly sections: readonly number[]
}

/** Grows whenever bytes mean something else. */
export const format = 1

/** Texts in one run: those that are all ASCII take one byte a character. */
export const textRun = 1024
