import type { DeedKind } from '#shared/messages/deed.ts'
import { graver, type Severity, type Verdict } from '#shared/messages/finding.ts'
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

/** A user that one hand makes an administrator: the next way in. Other new users are told by the credential made for them. */
const usersMade = (facts: SessionFacts): Verdict[] =>
  done(facts, 'user-created').flatMap((made) => {
    const arms = done(facts, ...arming).filter((each) => follows(made, each))
    if (!arms.some(({ deed }) => deed === 'admin-granted')) return []
    const deeds = [made, ...arms]
    return verdictOn(deeds, {
      unit: `${made.account}/${made.target}`,
      severity: 'high',
      made: arms.flatMap(({ made: key = '' }) => (key === '' ? [] : [key])),
      grants: deeds.map(({ id }) => id),
      tags: [`made:${made.target}`],
    })
  })

const follows = (made: DeedFact, { account, target, at }: DeedFact): boolean =>
  account === made.account && target === made.target && at >= made.at && at <= made.at + dayMs

/** Who may sign in from outside is decided by anchors and providers: Roles Anywhere turns any certificate into a session. */
const anchors = (facts: SessionFacts): Verdict[] =>
  groupBy(done(facts, 'trust-anchor'), ({ service }) => service).map(([unit, deeds]) =>
    verdictOn(deeds, {
      unit,
      severity: deeds.map(({ action }) => anchorWeights[action] ?? 'medium').reduce(graver),
    }),
  )

/** An anchor lets certificates in; a profile without one does nothing yet; providers are changed when their keys are. */
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
