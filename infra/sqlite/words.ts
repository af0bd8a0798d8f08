import { Bug, reasonOf, Transient, Unusable } from '#shared/errors.ts'

/** Primary result codes (sqlite.org/rescode.html); the extended ones have them in their lowest byte. */
const code = {
  perm: 3,
  busy: 5,
  locked: 6,
  nomem: 7,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const

/** The primary result code of what `node:sqlite` threw; undefined if it was something else. */
export function codeOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined
}

export const isBusy = (thrown: unknown): boolean => {
  const found = codeOf(thrown)
  return found === code.busy || found === code.locked
}

/**
 * What `node:sqlite` threw, by what happens next. A failed write or sync is never tried again on the same connection: after
 * it nobody knows what the disk holds, and only opening the file anew finds out (PostgreSQL learnt that in 2018).
 */
export function inWords(file: string, doing: string, cause: unknown): Error {
  const at = `${file}: ${doing}`
  switch (codeOf(cause) ?? 0) {
    case code.busy:
    case code.locked:
    case code.nomem:
      return new Transient(at, { cause })
    case code.full:
      return new Transient(`${at}: no space is left on the disk`, { cause })
    case code.perm:
    case code.readonly:
      return new Unusable(`${at}: no right to write the file or its folder`, { cause })
    case code.cantopen:
      return new Unusable(`${at}: the file cannot be opened in its folder`, { cause })
    case code.ioerr:
      return new Unusable(
        `${at}: the disk failed (${reasonOf(cause)}); what was acknowledged is kept, start again when the disk is well`,
        { cause },
      )
    case code.corrupt:
    case code.notadb:
      return new Unusable(damaged(file, reasonOf(cause)), { cause })
    default:
      return new Bug(`${at}: ${reasonOf(cause)}`, { cause })
  }
}

export const damaged = (file: string, how: string): string =>
  `${file}: the file is damaged, or no data file of Keytrail (${how}); put it aside and restore a backup`
