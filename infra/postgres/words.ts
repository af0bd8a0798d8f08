import { Bug, reasonOf, Transient, Unusable } from '#shared/errors.ts'

/** The SQLSTATE of what the server said; undefined if it said nothing. */
export function stateOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  const { code } = thrown
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in thrown
    ? code
    : undefined
}

/** Classes and states of Appendix A of PostgreSQL's manual after which the same call may succeed later. */
const passing =
  /^(08...|53...|57P0[1-5]|57014|55P03|55006|40001|40P01|25P0[234]|25006|58...|0A000)$/
/** Something that a person must change. */
const rights = /^(28...|3D000|3F000|42501)$/
const corrupt = /^XX00[12]$/

/** Is the connection gone, or of no use any more, after this? */
export function isGone(thrown: unknown): boolean {
  const state = stateOf(thrown)
  return state === undefined || /^(08...|57P0[1-5]|25P0[34]|25006|57014)$/.test(state)
}

/** Of those that tls says, any that names a certificate. */
const isOfTls = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  /CERT|TLS|SSL|SIGNATURE/.test(String((thrown as { code: unknown }).code))

/** A certificate or key that the address names. */
const isOfFile = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  /^(ENOENT|EACCES|EISDIR)$/.test(String(thrown.code))

/** What `pg` threw, by what happens next. */
export function inWords(name: string, doing: string, cause: unknown): Error {
  const at = `${name}: ${doing}`
  const state = stateOf(cause)
  if (state === undefined) {
    if (isOfTls(cause) || isOfFile(cause))
      return new Unusable(`${at}: ${reasonOf(cause)}`, { cause })
    if (/^SASL|password must be/.test(reasonOf(cause)))
      return new Unusable(
        `${at}: a password is asked for; give it by PGPASSWORD or the password file`,
        { cause },
      )
    return new Transient(at, { cause })
  }
  if (passing.test(state)) return new Transient(at, { cause })
  if (rights.test(state)) return new Unusable(`${at}: ${reasonOf(cause)}`, { cause })
  if (corrupt.test(state))
    return new Unusable(`${at}: the database is damaged (${reasonOf(cause)}); restore a backup`, {
      cause,
    })
  return new Bug(`${at}: ${reasonOf(cause)} (${state})`, { cause })
}
