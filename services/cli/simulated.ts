import { reasonOf, Transient } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import { Refused } from '#shared/ports/actuator.ts'
import type { Asked, Denied, Permissions } from '#shared/ports/permissions.ts'
import type { Check } from '#services/doors/diagnose.ts'

/** Somebody that we are. */
export type Part = {
  readonly what: string
  readonly access: AwsAccess
  /** Who may know what he is allowed, in the order in which they are asked. */
  readonly askers: readonly AwsAccess[]
  readonly ifDenied: string
}

/** An answer, or why there is none; `passing`: there may be one later. */
export type Found<T> = { readonly found: T } | { readonly why: string; readonly passing?: boolean }
export type Ask = <T>(access: AwsAccess, ask: (of: Permissions) => Promise<T>) => Promise<Found<T>>

export const asker =
  (permissions: (access: AwsAccess) => Permissions): Ask =>
  async (access, ask) => {
    const open = permissions(access)
    try {
      return { found: await ask(open) }
    } catch (cause) {
      if (!(cause instanceof Refused) && !(cause instanceof Transient)) throw cause
      return { why: reasonOf(cause), passing: cause instanceof Transient }
    } finally {
      open.close()
    }
  }

/** What is denied, by whoever may be told; why nobody may. */
export async function deniedOf(
  { askers }: Part,
  identity: string,
  needs: readonly Asked[],
  ask: Ask,
): Promise<Found<readonly Denied[]>> {
  let why = ''
  for (const access of askers) {
    const denied = await ask(access, (by) => by.denied(identity, needs))
    if ('found' in denied) return denied
    why ||= denied.why
  }
  return { why }
}

export const namesOf = (denied: readonly Denied[]): string =>
  [...new Set(denied.map(({ action }) => action))].join(', ')

export const unusable = ({ what, ifDenied }: Part, why: string): Check => ({
  what,
  is: 'wrong',
  says: `cannot be used: ${why}`,
  todo: ifDenied,
})

export const unmeasured = ({ what }: Part, why: string): Check => ({
  what,
  is: 'unknown',
  says: `not measurable: ${why}`,
  todo: 'allow the reader iam:SimulatePrincipalPolicy on both roles: docs/connect-aws.md',
})
