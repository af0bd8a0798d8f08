import { principalOfArn } from '#shared/facts/arn.ts'
import type { Finding } from '#shared/messages/finding.ts'
import { modes, type Mode } from '#shared/messages/containment.ts'
import type { Cut } from '#shared/messages/cut.ts'
import type { Identity } from '#shared/ports/actuator.ts'
import { baseOf } from '#shared/policy.ts'

/** What the settings say of containment. Times in ms. */
export type ContainPolicy = {
  /** For detections that are not named below. */
  readonly mode: Mode
  readonly modes: ReadonlyMap<string, Mode>
  /** ARNs, principals (a role covers its sessions), key ids; `*` at the end stands for any rest. */
  readonly protected: readonly string[]
  /** Cuts that a machine may make in an hour and in a day, and all cuts in an hour, people's too. */
  readonly autoHour: number
  readonly autoDay: number
  readonly allHour: number
  /** Automatic decisions of one day that end badly (refused, broken through, undone) before no machine cuts any more. */
  readonly breakerAt: number
  /** How long a proposal waits for a person. */
  readonly approvalMs: number
}

export const defaultContainPolicy: ContainPolicy = {
  mode: 'observe',
  modes: new Map(),
  protected: [],
  autoHour: 5,
  autoDay: 20,
  allHour: 100,
  breakerAt: 2,
  approvalMs: 24 * 3_600_000,
}

export const modeOf = ({ mode, modes: named }: ContainPolicy, detection: string): Mode =>
  named.get(detection) ?? mode

/** The furthest that any of these findings may lead. */
export function furthest(policy: ContainPolicy, findings: readonly Finding[]): Mode {
  const reached = findings.map(({ detection }) => modes.indexOf(modeOf(policy, detection)))
  return modes[Math.max(0, ...reached)] ?? 'observe'
}

/** The user or role that a cut changes, as principal key without session. */
export const targetOf = (cut: Cut): string =>
  cut.kind === 'deny-session'
    ? `${cut.account}/role/${cut.role}`
    : `${cut.account}/user/${cut.user}`

/** Who we are by account; an account that is not named is not known. */
export type Ours = ReadonlyMap<string, Identity>

/**
 * Why a cut is never made, whoever asks; '' if it may be. Asked when it is planned and again before it is made, because
 * settings, and who we are, may have changed between.
 */
export function forbids(policy: ContainPolicy, cut: Cut, ours: Ours): string {
  const target = targetOf(cut)
  const names = [target, ...(cut.kind === 'deny-session' ? [`${target}/${cut.session}`] : [])]
  if (cut.kind === 'disable-key') names.push(cut.key)
  const rule = policy.protected.find((entry) => names.some((name) => covers(entry, name)))
  if (rule !== undefined) return `protected: ${rule}`
  const self = ours.get(cut.account)
  if (
    self &&
    (baseOf(self.principal) === target || (cut.kind === 'disable-key' && cut.key === self.key))
  )
    return 'it would cut ourselves'
  if (cut.kind !== 'deny-session') return ''
  if (cut.role.startsWith('AWSServiceRoleFor'))
    return 'AWS lets nobody change a service-linked role'
  if (cut.role.startsWith('AWSReservedSSO_'))
    return 'AWS lets nobody change a role of Identity Center: end the sign-in session there'
  return ''
}

function covers(entry: string, name: string): boolean {
  const text = principalOfArn(entry) || entry
  if (text.endsWith('*')) return name.startsWith(text.slice(0, -1))
  return name === text || name.startsWith(`${text}/`)
}
