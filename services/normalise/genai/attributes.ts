import { isObject } from '../activity-read.ts'
import { dialects, metadataKeys, readNames, type Role } from './dialects.ts'

/** The attributes that the tables name, each as its texts: a scalar gives one, an array several. */
export type Attributes = ReadonlyMap<string, readonly string[]>

/** Longer texts are content, not ids. */
const longestId = 512
/** Longer metadata is not looked into. */
const longestMetadata = 16_384
const mostValues = 256

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** An OTLP AnyValue as text, whichever of its scalar members is set; 64-bit ints come as text or number. */
function scalar(value: unknown): string | undefined {
  if (!isObject(value)) return undefined
  const found =
    value['stringValue'] ?? value['intValue'] ?? value['boolValue'] ?? value['doubleValue']
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean')
    return undefined
  const text = String(found)
  return text !== '' && text.length <= longestId ? text : undefined
}

function texts(value: unknown): readonly string[] {
  const array = isObject(value) ? value['arrayValue'] : undefined
  const items = isObject(array) ? list(array['values']).slice(0, mostValues) : [value]
  return items.map(scalar).filter((text) => text !== undefined)
}

/** OpenInference writes `metadata` as JSON text; only its listed keys are taken. */
function readMetadata(value: unknown, into: Map<string, readonly string[]>): void {
  const text = isObject(value) ? value['stringValue'] : undefined
  if (typeof text !== 'string' || text.length > longestMetadata) return
  const parsed = parseObject(text)
  for (const key of metadataKeys) {
    const found = parsed?.[key]
    if (typeof found === 'string' && found !== '' && found.length <= longestId)
      into.set(`metadata.${key}`, [found])
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Reads an OTLP attribute list; the first value of a repeated key stands, as the protocol asks keys to be unique. */
export function readAttributes(attributes: unknown): Attributes {
  const read = new Map<string, readonly string[]>()
  for (const item of list(attributes)) {
    if (!isObject(item) || typeof item['key'] !== 'string') continue
    const { key, value } = item
    if (key === 'metadata') readMetadata(value, read)
    if (!readNames.has(key) || read.has(key)) continue
    const found = texts(value)
    if (found.length > 0) read.set(key, found)
  }
  return read
}

/** The first text under the first of the names that is present. */
export function firstOf(attributes: Attributes, wanted: readonly string[]): string | undefined {
  for (const name of wanted) {
    const found = attributes.get(name)?.[0]
    if (found !== undefined) return found
  }
  return undefined
}

export function allOf(attributes: Attributes, wanted: readonly string[]): readonly string[] {
  return wanted.flatMap((name) => attributes.get(name) ?? [])
}

/** What a span is, by the first dialect that knows its operation. */
export function roleOf(attributes: Attributes): Role | undefined {
  for (const { roles } of dialects)
    for (const [name, values] of Object.entries(roles)) {
      const value = attributes.get(name)?.[0]
      if (value !== undefined && Object.hasOwn(values, value)) return values[value]
    }
  return undefined
}
