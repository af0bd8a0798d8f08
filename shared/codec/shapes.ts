import { Bug } from '#shared/errors.ts'
import type { Known } from './known.ts'

/** What objects with the same class and the same fields have in common. */
export type Shape = {
  readonly number: number
  /** Of the class; '' for plain objects, `null` for those without a prototype. */
  readonly name: string
  readonly keys: readonly string[]
  readonly prototype: object | null
  readonly isEntity: boolean
  /** For each field, what was last found in it. */
  readonly hints: readonly Hint[]
}

/** The shape that an object at some place had last: the next one there mostly has the same. */
export type Hint = { shape: Shape | undefined }

export class Shapes {
  readonly all: Shape[] = []
  private readonly names = new Map<object | null, string>([
    [Object.prototype, ''],
    [null, 'null'],
  ])
  private readonly found = new Map<string, Shape>()
  private readonly known: Known

  constructor(known: Known) {
    this.known = known
    for (const { name, of } of known.classes) this.names.set(of.prototype, name)
  }

  of(object: object, hint: Hint): Shape {
    const { shape } = hint
    if (shape && hasShape(object, shape)) return shape
    return (hint.shape = this.find(
      Object.getPrototypeOf(object) as object | null,
      Object.keys(object),
    ))
  }

  private find(prototype: object | null, keys: readonly string[]): Shape {
    const name = this.nameOf(prototype)
    const id = JSON.stringify([name, keys])
    let shape = this.found.get(id)
    if (!shape) {
      const isEntity = this.isEntity(name, keys)
      const hints = keys.map((): Hint => ({ shape: undefined }))
      shape = { number: this.all.length, name, keys, prototype, isEntity, hints }
      this.all.push(shape)
      this.found.set(id, shape)
    }
    return shape
  }

  private isEntity(name: string, keys: readonly string[]): boolean {
    const { classes, entities } = this.known
    return name === ''
      ? entities.some((fields) => fields.every((field) => keys.includes(field)))
      : classes.some((each) => each.name === name && each.isEntity === true)
  }

  private nameOf(prototype: object | null): string {
    const name = this.names.get(prototype)
    if (name !== undefined) return name
    const found = (prototype as { constructor?: { name?: string } }).constructor?.name ?? 'unknown'
    throw new Bug(`a state holds instances of known classes only; ${found} is none`)
  }
}

/** Loops over names are the fastest way to look at all fields; methods of classes are not among them. */
function hasShape(object: object, { keys, prototype }: Shape): boolean {
  if (Object.getPrototypeOf(object) !== prototype) return false
  let at = 0
  for (const key in object) if (key !== keys[at++]) return false
  return at === keys.length
}
