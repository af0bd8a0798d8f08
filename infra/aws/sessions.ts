import type { IAMClient } from '@aws-sdk/client-iam'
import { Refused, type Prior, type Standing } from '#shared/ports/actuator.ts'
import {
  denialPolicy,
  denialsOf,
  documentOf,
  everySession,
  inlineLimits,
  inlineSize,
  noDenials,
  standingOf,
  withDenial,
  withoutDenial,
  withoutExpired,
  type Denials,
  type Denying,
} from './denials.ts'
import { entityOf, type Entity } from './entities.ts'

const unitOf = (id: string, cut: Denying): string =>
  cut.kind === 'deny-session' ? `${id}:${cut.session}` : everySession

function ours(document: string | null, { named }: Entity): Denials {
  const denials = document === null ? noDenials : denialsOf(document)
  if (!denials)
    throw new Refused(
      'changed',
      `${named}: somebody else wrote or changed the policy ${denialPolicy}. Look at it, and remove it if it is not needed.`,
    )
  return denials
}

/** Puts the denials; where they find no room, without those that deny nobody any more. */
async function put(entity: Entity, denials: Denials, now: number): Promise<string> {
  const document = documentOf(denials)
  const fits = (text: string) => inlineSize(text) <= inlineLimits[entity.kind]
  const pruned = documentOf(withoutExpired(denials, now))
  if (fits(document)) {
    try {
      return await entity.put(document)
    } catch (error) {
      const isFull = error instanceof Refused && error.because === 'no-room'
      if (!isFull || pruned === document) throw error
    }
  }
  if (fits(pruned)) return entity.put(pruned)
  throw new Refused(
    'no-room',
    `${entity.named}: ${denials.size} cuts find no room in one policy. Undo what is no longer needed, or cut the whole ${entity.kind}.`,
  )
}

/** undefined: the role or user does not exist any more. */
async function idIfThere(entity: Entity): Promise<string | undefined> {
  try {
    return await entity.id()
  } catch (error) {
    if (error instanceof Refused && error.because === 'absent') return undefined
    throw error
  }
}

/** Denying sessions: entries in one inline policy under our own name. */
export const sessions = {
  inspect: async (iam: IAMClient, cut: Denying): Promise<Prior> => {
    const entity = entityOf(iam, cut)
    const id = await entity.id()
    const document = await entity.policy()
    const issuedBefore = ours(document, entity).get(unitOf(id, cut)) ?? null
    return { kind: cut.kind, entity: id, issuedBefore, document }
  },
  apply: async (iam: IAMClient, cut: Denying, prior: Prior, now: number): Promise<string> => {
    const entity = entityOf(iam, cut)
    const id = await entity.id()
    if (prior.kind !== 'disable-key' && prior.entity !== id)
      throw new Refused('changed', `${entity.named} was made anew since: its sessions are others`)
    const document = await entity.policy()
    const denials = ours(document, entity)
    if (standingOf(document, cut) === 'in-force') return ''
    return put(entity, withDenial(denials, unitOf(id, cut), cut.issuedBefore), now)
  },
  standing: async (iam: IAMClient, cut: Denying): Promise<Standing> => {
    const entity = entityOf(iam, cut)
    const document = await entity.policy()
    // No policy, or nothing that it could be on.
    if (document === null && (await idIfThere(entity)) === undefined) return 'changed-by-others'
    return standingOf(document, cut)
  },
  undo: async (iam: IAMClient, cut: Denying, prior: Prior, now: number): Promise<string> => {
    const entity = entityOf(iam, cut)
    const id = await idIfThere(entity)
    // The denial went with what it was on.
    if (id === undefined) return ''
    const isOther = prior.kind === 'disable-key' || prior.entity !== id
    const before = isOther ? null : prior.issuedBefore
    const unit =
      isOther && prior.kind !== 'disable-key' ? unitOf(prior.entity, cut) : unitOf(id, cut)
    const denials = ours(await entity.policy(), entity)
    const rest = withoutDenial(denials, unit, cut.issuedBefore, before)
    if (!rest)
      throw new Refused('changed', `${entity.named}: somebody changed the time of this cut since`)
    if (rest === denials) return ''
    return rest.size === 0 ? entity.remove() : put(entity, rest, now)
  },
}
