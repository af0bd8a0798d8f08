import type { Known } from '#shared/codec/known.ts'

/** An object of a state: how often it is referred to, and from where. */
type Found = { count: number; places: Set<string> }

/**
 * Looks for objects that are no entities, that two places of a state hold, and that have changed since the last look: each place
 * would get a copy of its own when the state is loaded, and only one of them would see the next change.
 */
export function sharedAndChanged({
  classes,
  values,
  entities,
}: Known): (state: object) => string[] {
  const outside = new Set<unknown>(Object.values(values))
  const prototypes = classes
    .filter(({ isEntity }) => isEntity)
    .map((each) => each.of.prototype as unknown)
  const numbers = new WeakMap<object, number>()
  let last = 0
  const nameOf = (object: object): number => {
    const known = numbers.get(object) ?? ++last
    numbers.set(object, known)
    return known
  }
  const isEntity = (object: object): boolean =>
    object instanceof ArrayBuffer ||
    ArrayBuffer.isView(object) ||
    prototypes.includes(Object.getPrototypeOf(object)) ||
    (Object.getPrototypeOf(object) === Object.prototype &&
      entities.some((fields) => fields.every((field) => Object.hasOwn(object, field))))
  const contentOf = (object: object): string =>
    itemsOf(object)
      .map(([, item]) => (isObject(item) ? `@${nameOf(item)}` : JSON.stringify(item)))
      .join()
  let before = new Map<object, string>()
  return (state) => {
    const all = walk(state, outside, isEntity)
    const changed = [...before]
      .filter(([object, content]) => all.has(object) && contentOf(object) !== content)
      .map(([object]) => [...(all.get(object)?.places ?? [])].toSorted().join(' and '))
    const shared = [...all].filter(([object, { count }]) => count > 1 && !isEntity(object))
    before = new Map(shared.map(([object]) => [object, contentOf(object)]))
    return changed
  }
}

/** Everything in a state, by who holds it. */
function walk(
  state: object,
  outside: ReadonlySet<unknown>,
  isEntity: (object: object) => boolean,
): Map<object, Found> {
  const all = new Map<object, Found>()
  const open: [object, string][] = [[state, '']]
  for (let next = open.pop(); next; next = open.pop()) {
    const [holder, place] = next
    for (const [name, item] of itemsOf(holder)) {
      if (!isObject(item) || outside.has(item)) continue
      const here = isEntity(item) ? name : `${place}${name}`
      const found = all.get(item)
      if (found) {
        found.count++
        found.places.add(here)
      } else {
        all.set(item, { count: 1, places: new Set([here]) })
        open.push([item, here])
      }
    }
  }
  return all
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function itemsOf(object: object): [name: string, item: unknown][] {
  if (ArrayBuffer.isView(object)) return []
  if (object instanceof Map)
    return [...(object as ReadonlyMap<unknown, unknown>)].flatMap(([key, item]) => [
      ['<key>', key],
      ['<>', item],
    ])
  if (object instanceof Set)
    return [...(object as ReadonlySet<unknown>)].map((item) => ['{}', item])
  if (Array.isArray(object)) return object.map((item) => ['[]', item])
  return Object.entries(object).map(([key, item]) => [`.${key}`, item])
}
