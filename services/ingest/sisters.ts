import type { ByteSource } from '#shared/ports/sources.ts'
import type { Ignored } from './batch.ts'

/** Sister prefixes of a trail (CloudTrail User Guide, "log file name format"): they repeat in S3 what is no audit record. */
const sisters: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)CloudTrail-Digest\//, 'CloudTrail digest file'],
  [/(?:^|\/)CloudTrail-Insight\//, 'CloudTrail insight file'],
]

/** Is it by its name what a trail writes beside its log files? */
export const isSister = (name: string): boolean => sisters.some(([place]) => place.test(name))

/** Leaves the sisters of a trail aside. By themselves they are read like any file, and told by what they hold. */
export function withoutSisters(found: readonly ByteSource[]): {
  readonly sources: readonly ByteSource[]
  readonly skipped: readonly Ignored[]
} {
  const skipped = found.flatMap(({ name }): Ignored[] => {
    const sister = sisters.find(([place]) => place.test(name))
    return sister ? [{ pointer: { source: name, offset: 0 }, reason: sister[1] }] : []
  })
  if (skipped.length === found.length) return { sources: found, skipped: [] }
  const aside = new Set(skipped.map(({ pointer }) => pointer.source))
  return { sources: found.filter(({ name }) => !aside.has(name)), skipped }
}
