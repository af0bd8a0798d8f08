import type { DeedKind } from '#shared/messages/deed.ts'
import { graver, type Severity, type Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts, TargetDeed } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import {
  aroundTarget,
  byTarget,
  dayMs,
  done,
  groupBy,
  isOurs,
  isOwnWork,
  verdictOn,
} from '../judging.ts'
import { administrator, call, keyOf, refused, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] => [
  ...usersMade(facts),
  ...anchors(facts),
  ...secondFactors(facts),
]

const steps: readonly DeedKind[] = ['user-created', 'admin-granted', 'key-created', 'password-set']

/**
 * A user that one hand makes, and makes an administrator: the next way in. The steps may lie in several sessions of one
 * story. Other new users are told by the credential that is made for them.
 */
function usersMade(facts: SessionFacts): Verdict[] {
  const admins = done(facts, 'admin-granted').filter((deed) =>
    isOwnWork(facts, deed, 'user-created', dayMs),
  )
  return byTarget(admins).map(([unit, grants]) => {
    const own = done(facts, ...steps).filter(
      ({ account, target }) => unit === `${account}/${target}`,
    )
    return verdictOn(own, {
      unit,
      severity: 'high',
      evidence: [...own, ...grants.flatMap((deed) => stepsAround(facts, deed))],
      made: own.flatMap(({ made = '' }) => (made === '' ? [] : [made])),
      grants: own.map(({ id }) => id),
      tags: own.map(({ target }) => `made:${target}`),
    })
  })
}

/** What the same story did to the user within the day. */
const stepsAround = (facts: SessionFacts, admin: DeedFact): TargetDeed[] =>
  aroundTarget(facts, admin, dayMs).filter(
    (each) =>
      each.outcome === 'done' &&
      each.effect !== 'restores' &&
      each.target === admin.target &&
      steps.includes(each.deed) &&
      isOurs(facts, each),
  )

/** Who may sign in from outside is decided by anchors and providers: Roles Anywhere turns any certificate into a session. */
const anchors = (facts: SessionFacts): Verdict[] =>
  groupBy(done(facts, 'trust-anchor'), ({ service }) => service).map(([unit, deeds]) =>
    verdictOn(deeds, {
      unit,
      severity: deeds
        .map(({ action, power }) =>
          power === 'none' ? 'medium' : (anchorWeights[action] ?? 'medium'),
        )
        .reduce(graver),
    }),
  )

/** An anchor lets certificates in, unless it is made switched off; a profile without one does nothing yet; providers are changed when their keys are. */
const anchorWeights: Readonly<Record<string, Severity>> = {
  CreateTrustAnchor: 'critical',
  UpdateTrustAnchor: 'critical',
  EnableTrustAnchor: 'high',
  CreateSAMLProvider: 'high',
}

/** Taking or adding somebody else's second factor. One's own is hygiene. */
const secondFactors = (facts: SessionFacts): Verdict[] =>
  byTarget(
    done(facts, 'mfa-removed', 'mfa-added').filter(
      ({ grantee, target }) => grantee === 'other' && !isOwn(facts, target),
    ),
  ).map(([unit, deeds]) => verdictOn(deeds, { unit: `mfa ${unit}`, severity: 'medium' }))

const isOwn = ({ principal, account }: SessionFacts, target: string): boolean =>
  `${principal}/`.startsWith(`${account}/${target}/`)

const alice = user('alice')

export const persistence: Detection = {
  id: 'persistence',
  version: 1,
  title: 'A way in for later',
  severity: 'critical',
  attack: ['T1136.003', 'T1098', 'T1556'],
  why: 'A user made and armed by one hand, or a trust anchor for certificates, opens the account again when the first credential is cut.',
  falseAlarms:
    'Whoever sets up staff or a federation does the same on purpose, once, and announced. Changed identity providers are medium.',
  reads: ['deeds', 'targets'],
  wait: '',
  withdrawnBy: 'Nothing: the way in may have been used before it was closed.',
  judge,
  fires: [
    {
      when: 'a user is made, made administrator, and given a key',
      records: [
        call('iam:CreateUser', { by: alice, params: { userName: 'helpdesk' } }),
        call('iam:AttachUserPolicy', {
          by: alice,
          params: { userName: 'helpdesk', ...administrator },
        }),
        call('iam:CreateAccessKey', {
          by: alice,
          at: 1,
          params: { userName: 'helpdesk' },
          response: { accessKey: { userName: 'helpdesk', accessKeyId: keyOf('AKIA', 'helpdesk') } },
        }),
      ],
    },
    {
      when: 'a trust anchor lets certificates in',
      records: [
        call('rolesanywhere:CreateTrustAnchor', {
          by: alice,
          params: {
            name: 'partners',
            enabled: true,
            source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: {} },
          },
          response: { trustAnchor: { name: 'partners', enabled: true } },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'a user is made, and nothing else',
      records: [call('iam:CreateUser', { by: alice, params: { userName: 'carol' } })],
    },
    {
      when: 'making an anchor is refused',
      records: [
        refused('rolesanywhere:CreateTrustAnchor', { by: alice, params: { name: 'partners' } }),
      ],
    },
    {
      when: 'a user adds its own second factor',
      records: [
        call('iam:EnableMFADevice', {
          by: alice,
          params: {
            userName: 'alice',
            serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
          },
        }),
      ],
    },
  ],
}
