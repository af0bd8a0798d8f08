import { graver, type Severity, type Verdict } from '#shared/messages/finding.ts'
import type { DeedKind } from '#shared/messages/deed.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import {
  aroundTarget,
  byTarget,
  done,
  hourMs,
  isOurs,
  isOwnWork,
  letsOutsidersIn,
  verdictOn,
} from '../judging.ts'
import {
  administrator,
  allowAll,
  call,
  home,
  outsider,
  refused,
  role,
  trust,
  user,
} from '../records.ts'

const unsureOutside = 'whether the outside account belongs to the same organisation'

function judge(facts: SessionFacts): Verdict[] {
  const opened = done(facts, 'trust-opened').filter(letsOutsidersIn)
  const admin = done(facts, 'admin-granted', 'policy-granted').filter(
    (deed) => givesAdmin(facts, deed) && isEscalation(facts, deed),
  )
  const cut = [
    ...done(facts, 'policy-granted').filter(({ grantee }) => grantee !== 'none'),
    ...done(facts, 'trust-opened').filter(
      ({ grantee }) => grantee === 'none' || grantee === 'other',
    ),
  ].filter(({ document }) => document === 'cut')
  const unbound = done(facts, 'boundary-removed')
  const switched = done(facts, 'policy-granted').filter(choosesVersion)
  const own = done(facts, 'trust-opened').filter(
    (deed) => deed.grantee === 'self' && !isOwnWork(facts, deed, 'role-created', hourMs),
  )
  return byTarget([...opened, ...admin, ...cut, ...unbound, ...switched, ...own]).map(
    ([unit, deeds]) =>
      verdictOn(deeds, {
        unit,
        severity: severityOf(facts, deeds),
        grants: deeds.filter(({ grantee }) => grantee !== 'self').map(({ id }) => id),
        tags: deeds.flatMap((deed) => (givesAdmin(facts, deed) ? [`admin-to:${deed.target}`] : [])),
        unknown: unknownOf(deeds),
      }),
  )
}

/** Old versions of a policy often allowed more; which one it was does not stand in the record. */
const choosesVersion = ({ action }: DeedFact): boolean => action === 'SetDefaultPolicyVersion'

/** Is it, or does it attach a policy that somebody made, or changed, to allow everything? */
const givesAdmin = ({ targets }: SessionFacts, deed: DeedFact): boolean =>
  deed.deed === 'admin-granted' ||
  (deed.grantee !== 'none' &&
    (deed.about ?? []).some((policy) =>
      (targets[`${deed.account}/${policy}`] ?? []).some(
        ({ target, outcome, power }) =>
          target === policy && outcome === 'done' && power === 'admin',
      ),
    ))

/**
 * Tools that set up infrastructure give admin to roles that they have just made for a service: context, no escalation, as
 * long as no outsider may assume the role.
 */
function isEscalation(facts: SessionFacts, deed: DeedFact): boolean {
  if (!deed.target.startsWith('role/') || !isOwnWork(facts, deed, 'role-created', hourMs))
    return true
  return aroundTarget(facts, deed, hourMs).some(
    (each) =>
      each.deed === 'trust-opened' &&
      each.outcome === 'done' &&
      each.effect !== 'restores' &&
      letsOutsidersIn(each) &&
      isOurs(facts, each),
  )
}

/** A role that strangers may assume and that can do everything is theirs, unless a boundary holds it. */
function severityOf(facts: SessionFacts, deeds: readonly DeedFact[]): Severity {
  const open = deeds.find(letsOutsidersIn)
  const all = deeds.some((deed) => givesAdmin(facts, deed))
  if (open && (all || isMadeAdmin(facts, open)) && !isBounded(facts, open)) return 'critical'
  return deeds.map((deed) => weightOf(facts, deed)).reduce(graver)
}

const weightOf = (facts: SessionFacts, deed: DeedFact): Severity =>
  weights[deed.deed]?.(facts, deed) ?? 'high'

/** How much a deed weighs by itself, where that is not always the same. */
const weights: Partial<Record<DeedKind, (facts: SessionFacts, deed: DeedFact) => Severity>> = {
  'trust-opened': (_, deed) => weightOfTrust(deed),
  'boundary-removed': (facts, deed) =>
    deed.grantee === 'self' || isOwn(facts, deed) ? 'high' : 'medium',
  'policy-granted': (facts, deed) => (givesAdmin(facts, deed) ? 'high' : 'medium'),
}

/** An existing role that is opened gives away what others built on it; a new one, only what its maker adds. */
function weightOfTrust(deed: DeedFact): Severity {
  if (!letsOutsidersIn(deed)) return 'medium'
  return deed.grantee === 'everyone' || deed.action !== 'CreateRole' ? 'critical' : 'high'
}

const isOwn = ({ principal }: SessionFacts, { account, target }: DeedFact): boolean =>
  `${principal}/`.startsWith(`${account}/${target}/`)

/** Did another session of the same story give the role administrator power? */
const isMadeAdmin = (facts: SessionFacts, deed: DeedFact): boolean =>
  aroundTarget(facts, deed, hourMs).some(
    (each) => each.deed === 'admin-granted' && each.outcome === 'done' && isOurs(facts, each),
  )

/** Was the role made under a permissions boundary? Then what it is given counts for no more than that allows. */
const isBounded = (facts: SessionFacts, deed: DeedFact): boolean =>
  aroundTarget(facts, deed, hourMs).some(
    (each) =>
      each.deed === 'role-created' && each.about.some((name) => name.startsWith('boundary/')),
  )

function unknownOf(deeds: readonly DeedFact[]): string[] {
  const cut = verdictOn(deeds, { unit: '', severity: 'info' }).unknown ?? []
  return [
    ...cut,
    ...(deeds.some(({ grantee }) => grantee === 'outside') ? [unsureOutside] : []),
    ...(deeds.some(choosesVersion) ? ['what that version of the policy allows'] : []),
  ]
}

const alice = user('alice')
const deployer = user('deployer')
const tooling = `arn:aws:iam::${home}:policy/tooling`

export const privilegeEscalation: Detection = {
  id: 'privilege-escalation',
  version: 1,
  title: 'Administrator power, or trust of a role, given away',
  severity: 'critical',
  attack: ['T1098.003', 'T1548.005'],
  why: 'Whoever may change IAM can make itself or a helper an administrator, or let another account assume a role: power that stays when the stolen credential is gone.',
  falseAlarms:
    'An administrator who appoints another one, a partner account that is let in on purpose. Roles that a tool makes for services of AWS and gives administrator power at once are not raised.',
  reads: ['deeds', 'targets'],
  wait: '',
  withdrawnBy: 'Nothing: what was given may have been used before it was taken back.',
  judge,
  fires: [
    {
      when: 'a user makes itself an administrator',
      records: [
        call('iam:AttachUserPolicy', {
          by: alice,
          params: { userName: 'alice', ...administrator },
        }),
      ],
    },
    {
      when: 'the trust of an existing role is opened to another account',
      records: [
        call('iam:UpdateAssumeRolePolicy', {
          by: alice,
          params: {
            roleName: 'backup',
            policyDocument: trust({ AWS: `arn:aws:iam::${outsider}:root` }),
          },
        }),
      ],
    },
    {
      when: 'a role is born open to another account, with administrator power',
      records: [
        call('iam:CreateRole', {
          by: alice,
          params: { roleName: 'support', assumeRolePolicyDocument: trust({ AWS: outsider }) },
        }),
        call('iam:AttachRolePolicy', {
          by: alice,
          params: { roleName: 'support', ...administrator },
        }),
      ],
    },
    {
      when: 'a user lets itself assume a role that others made (medium)',
      records: [
        call('iam:UpdateAssumeRolePolicy', {
          by: alice,
          params: {
            roleName: 'backup',
            policyDocument: trust({ AWS: `arn:aws:iam::${home}:user/alice` }),
          },
        }),
      ],
    },
    {
      when: 'a policy that allows everything is made, and attached to its maker',
      records: [
        call('iam:CreatePolicy', {
          by: alice,
          params: { policyName: 'tooling', policyDocument: allowAll },
          response: { policy: { policyName: 'tooling', arn: tooling } },
        }),
        call('iam:AttachUserPolicy', {
          by: alice,
          at: 3,
          params: { userName: 'alice', policyArn: tooling },
        }),
      ],
    },
    {
      when: 'a role writes itself a policy that allows everything',
      records: [
        call('iam:PutRolePolicy', {
          by: role('worker', 'job-7'),
          at: 30,
          params: { roleName: 'worker', policyName: 'extra', policyDocument: allowAll },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'a tool makes a role for a service and gives it administrator power',
      records: [
        call('iam:CreateRole', {
          by: deployer,
          params: {
            roleName: 'build',
            assumeRolePolicyDocument: trust({ Service: 'codebuild.amazonaws.com' }),
          },
        }),
        call('iam:AttachRolePolicy', {
          by: deployer,
          at: 2,
          params: { roleName: 'build', ...administrator },
        }),
      ],
    },
    {
      when: 'the attempt is refused',
      records: [
        refused('iam:AttachUserPolicy', {
          by: alice,
          params: { userName: 'alice', ...administrator },
          on: 'user alice',
        }),
      ],
    },
    {
      when: 'the trust of a role is put back to a service',
      records: [
        call('iam:UpdateAssumeRolePolicy', {
          by: alice,
          params: {
            roleName: 'backup',
            policyDocument: trust({ Service: 'ec2.amazonaws.com' }),
          },
        }),
      ],
    },
    {
      when: 'a narrow policy is attached',
      records: [
        call('iam:AttachUserPolicy', {
          by: deployer,
          params: { userName: 'carol', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
        }),
      ],
    },
  ],
}
