import { Refused } from '#shared/ports/actuator.ts'
import type { Asked, Permissions, Target } from '#shared/ports/permissions.ts'

/** Whose permissions are asked for, and by whom. */
export type MemoryPermissions = {
  readonly identity: string
  /** By principal key. */
  readonly targets: ReadonlyMap<string, Target>
  /** What the policies say of us. */
  readonly verdict: (asked: Asked) => 'allowed' | 'denied' | 'silent'
  /** May we ask at all? */
  readonly mayAsk: () => boolean
}

/** Permissions in memory. */
export function memoryPermissions(of: MemoryPermissions): Permissions {
  const refuse = (doing: string): Error =>
    new Refused('no-permission', `${doing}: add the permission to our role`)
  return {
    identity: () => Promise.resolve(of.identity),
    async target(principal) {
      const found = of.targets.get(principal)
      const [account = '', kind = '', name = ''] = principal.split('/')
      const action = kind === 'role' ? 'iam:GetRole' : 'iam:GetUser'
      const resource = found?.arn ?? `arn:aws:iam::${account}:${kind}/${name}`
      if (of.verdict({ action, resource, ...(found && { tags: found.tags }) }) !== 'allowed')
        throw refuse(`reading ${kind} ${name}`)
      return await Promise.resolve(found)
    },
    async denied(_, asked) {
      if (!of.mayAsk()) throw refuse('asking the policy simulator')
      return await Promise.resolve(
        asked.flatMap((each) => {
          const verdict = of.verdict(each)
          return verdict === 'allowed' ? [] : [{ ...each, isExplicit: verdict === 'denied' }]
        }),
      )
    },
    close: () => undefined,
  }
}
