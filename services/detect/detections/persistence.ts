import type { DeedKind } from '#shared/messages/deed.ts'
import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, dayMs, done, groupBy, verdictOn } from '../judging.ts'
import { administrator, call, keyOf, refused, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] => [
  ...usersMade(facts),
  ...anchors(facts),
  ...secondFactors(facts),
]

const arming: readonly DeedKind[] = ['admin-granted', 'key-created', 'password-set']

/** A user that is made and armed by one hand: the next way in. A user alone is an account without a door. */
function usersMade(facts: SessionFacts): Verdict[] {
  const armed = done(facts, ...arming)
  return done(facts, 'user-created').flatMap((made) => {
    const arms = armed.filter(
      ({ account, target, at }) =>
        account === made.account &&
        target === made.target &&
        at >= made.at &&
        at <= made.at + dayMs,
    )
    if (arms.length === 0) return []
    const admin = arms.some(({ deed }) => deed === 'admin-granted')
    const deeds = [made, ...arms]
    return verdictOn(deeds, {
      unit: `${made.account}/${made.target}`,
      severity: admin ? 'high' : 'medium',
      grants: deeds.map(({ id }) => id),
      tags: admin ? [`made:${made.target}`] : [],
    })
  })
}

/** Who may sign in from outside is decided by anchors and providers: Roles Anywhere turns any certificate into a session. */
function anchors(facts: SessionFacts): Verdict[] {
  return groupBy(done(facts, 'trust-anchor'), ({ service }) => service).map(([service, deeds]) =>
    verdictOn(deeds, { unit: service, severity: anchorSeverity(service, deeds) }),
  )
}

/** An anchor lets certificates in; a profile without one does nothing yet. */
const anchorSeverity = (service: string, deeds: readonly DeedFact[]): Severity =>
  service !== 'rolesanywhere'
    ? 'high'
    : deeds.some(({ action }) => action.endsWith('TrustAnchor'))
      ? 'critical'
      : 'medium'

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
    'Whoever sets up staff or a federation does the same on purpose, once, and announced. Tools that make users with keys for services are raised as medium.',
  reads: ['deeds'],
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
