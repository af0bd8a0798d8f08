import type { Config } from '#shared/config.ts'
import { principalOfArn } from '#shared/facts/arn.ts'
import type { Policy } from '#shared/policy.ts'
import type { Mode } from '#shared/messages/containment.ts'
import type { ContainPolicy } from '#services/contain/policy.ts'
import type { NormaliseOptions } from '#services/normalise/normalise.ts'

/** What the judging steps read from the settings. */
export function policyOf(config: Config): Policy {
  const { issuers, tags, sessionName } = config
  return {
    issuers: new Set(issuers.map(issuerName)),
    tags: { task: tagKeys(tags.task), agent: tagKeys(tags.agent), human: tagKeys(tags.human) },
    sessionName: sessionName === undefined ? undefined : new RegExp(sessionName, 'u'),
    twoPlacesMs: config.twoPlaces.windowSeconds * 1000,
    endGraceMs: config.afterEnd.graceSeconds * 1000,
    deniedBurst: config.denied.burst,
    harvestNames: config.harvest.names,
    responders: new Set(config.contain.responders.map(issuerName)),
  }
}

/** What normalise reads from the settings. */
export const normaliseOptions = ({ accounts }: Config): NormaliseOptions => ({
  trustedAccounts: new Set(accounts.trusted),
})

/** An ARN stands for its principal key; principal keys and names of brokers stand for themselves. */
const issuerName = (text: string): string => principalOfArn(text) || text

/** AWS compares tag keys without regard to case (IAM User Guide, "Rules for tagging"). */
const tagKeys = (keys: readonly string[]): ReadonlySet<string> =>
  new Set(keys.map((key) => key.toLowerCase()))

/** What containment reads from the settings. A detection's own name counts before `*`; of two lists the further one. */
export function containPolicyOf({ contain }: Config): ContainPolicy {
  const { approve, auto, approvalHours, responders: _, ...rest } = contain
  const reaches = (name: string): Mode =>
    auto.includes(name) ? 'auto' : approve.includes(name) ? 'approve' : 'observe'
  const mode = reaches('*')
  const named = [...approve, ...auto].filter((name) => name !== '*')
  return {
    ...rest,
    mode,
    modes: new Map(named.map((name) => [name, reaches(name)])),
    approvalMs: approvalHours * 3_600_000,
  }
}
