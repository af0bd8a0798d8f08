import type { Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { aroundTarget, bursts, burstsByDay, count, keysOf, minuteMs, span } from '../judging.ts'
import { call, home, keyOf, refused, times, trust, user } from '../records.ts'

const windowMs = 10 * minuteMs
/** Fewer are a wrong name or two. */
const leastRoles = 5
/** IAM needs seconds to let a new role, or a new trust, take effect; tools ask again until it does. */
const settleMs = 2 * minuteMs

function judge(facts: SessionFacts): Verdict[] {
  const probes = facts.deeds.filter(
    (deed) => deed.deed === 'role-probed' && !isSettling(facts, deed),
  )
  return burstsByDay(bursts(probes, windowMs, leastRoles, rolesOf)).map(([day, tries]) => ({
    unit: day,
    severity: 'high',
    evidence: tries,
    says: `tried to assume ${count(rolesOf(tries), 'role')} within ${span(tries)} and was refused`,
    credentials: keysOf(tries),
  }))
}

const rolesOf = (probes: readonly DeedFact[]): number =>
  new Set(probes.map(({ account, target }) => `${account}/${target}`)).size

const isSettling = (facts: SessionFacts, probe: DeedFact): boolean =>
  aroundTarget(facts, probe, settleMs).some(
    ({ deed, outcome, at }) =>
      outcome === 'done' && at <= probe.at && (deed === 'role-created' || deed === 'trust-opened'),
  )

const assumed = (name: string, at: number) =>
  call('sts:AssumeRole', {
    by: user('batch'),
    at,
    params: { roleArn: arnOf(name), roleSessionName: 'job' },
    response: {
      credentials: { accessKeyId: keyOf('ASIA', name), expiration: 'May 4, 2026, 10:00:00 AM' },
      assumedRoleUser: { arn: `arn:aws:sts::${home}:assumed-role/${name}/job` },
    },
  })

const arnOf = (name: string): string => `arn:aws:iam::${home}:role/${name}`

const probe = (name: string, at: number) =>
  refused('sts:AssumeRole', { by: user('batch'), at, on: arnOf(name) })

export const roleProbing: Detection = {
  id: 'role-probing',
  version: 1,
  title: 'Many roles tried',
  severity: 'high',
  attack: ['T1069.003', 'T1548.005'],
  why: 'Who holds a foreign credential does not know which roles it may assume, and tries them one after another.',
  falseAlarms:
    'A tool that looks for its role in many places. Refusals of one role do not count, nor of a role that was made just before or is assumed within the minute: IAM takes seconds to settle.',
  reads: ['deeds', 'targets'],
  wait: '',
  withdrawnBy: 'Proof that the roles were being made, or their success within a minute.',
  judge,
  fires: [
    {
      when: 'a key tries six roles in a minute',
      records: times(6, (i) => probe(`team-${i}`, i * 10)),
    },
    {
      when: 'it tries them slowly, within ten minutes',
      records: times(7, (i) => probe(`admin-${i}`, i * 80)),
    },
  ],
  silent: [
    {
      when: 'one role is tried again and again',
      records: times(12, (i) => probe('deploy', i * 5)),
    },
    {
      when: 'each role is assumed within a minute after its refusal',
      records: times(6, (i) => [
        probe(`team-${i}`, i * 20),
        assumed(`team-${i}`, i * 20 + 8),
      ]).flat(),
    },
    {
      when: 'roles are made, and refused until IAM has settled',
      records: times(6, (i) => [
        call('iam:CreateRole', {
          by: user('batch'),
          at: i * 20,
          params: {
            roleName: `stage-${i}`,
            assumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${home}:root` }),
          },
        }),
        probe(`stage-${i}`, i * 20 + 3),
      ]).flat(),
    },
  ],
}
