import type { Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import { baseOf, type Policy } from '#shared/policy.ts'
import type { Detection } from '../detection.ts'
import { byTarget, done, tell, verdictOn } from '../judging.ts'
import { allowAll, call, document, keyOf, refused, user } from '../records.ts'

function judge(facts: SessionFacts, policy: Policy): Verdict[] {
  const forOthers = done(facts, 'key-created', 'password-set').filter(isForAnother)
  const federation = done(facts, 'federation-token').filter(
    ({ power, document: policy }) => power === 'admin' || policy === 'cut',
  )
  const revived = done(facts, 'key-changed').filter(isForAnother)
  return [
    ...byTarget(revived).map(([target, deeds]) =>
      verdictOn(deeds, {
        unit: `key of ${target}`,
        // An undo of ours: the audit has it. Whatever else a responder does counts as anybody's.
        severity: policy.responders.has(baseOf(facts.principal)) ? 'info' : 'medium',
        grants: deeds.map(({ id }) => id),
      }),
    ),
    ...byTarget(forOthers).map(([unit, deeds]) =>
      verdictOn(deeds, {
        unit,
        severity: deeds.every(isLesser) ? 'medium' : 'high',
        says: tellMade(deeds),
        made: madeBy(deeds),
        grants: deeds.map(({ id }) => id),
      }),
    ),
    ...byTarget(federation).map(([unit, deeds]) =>
      verdictOn(deeds, {
        unit,
        severity: deeds.some(({ power }) => power === 'admin') ? 'high' : 'medium',
      }),
    ),
  ]
}

/** Changing one's own key is hygiene; a credential of somebody else is his power in the maker's hands. */
const isForAnother = ({ grantee }: DeedFact): boolean =>
  grantee === 'other' || grantee === 'outside'

/** A database has one thing to lose, a user whatever it may call; and who is to choose another password next is told of this one. */
const isLesser = ({ deed, service, amount }: DeedFact): boolean =>
  deed === 'password-set' && (service !== 'iam' || amount === 1)

/** The new key ids: whoever cuts must know them. */
const madeBy = (deeds: readonly DeedFact[]): string[] =>
  deeds.flatMap(({ made = '' }) => (made === '' ? [] : [made]))

/** The clause, with the new key ids. */
function tellMade(deeds: readonly DeedFact[]): string {
  const made = [...new Set(madeBy(deeds))].toSorted()
  return made.length === 0 ? tell(deeds) : `${tell(deeds)} (${made.join(', ')})`
}

const alice = user('alice')
const newKey = (name: string) => ({
  accessKey: { userName: name, accessKeyId: keyOf('AKIA', `new${name}`), status: 'Active' },
})

export const credentialMinting: Detection = {
  id: 'credential-minting',
  version: 2,
  title: 'A credential made for somebody else',
  severity: 'high',
  attack: ['T1098.001', 'T1078.004'],
  why: 'A key or password of another user, or a federation token that allows everything, outlives the credential that made it.',
  falseAlarms:
    'Help desks that reset passwords, and tools that set up users for services, make credentials for others as their daily work. A password that must be changed at the next sign-in, as help desks give it, is medium.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing: a key that is deleted may have been used before.',
  judge,
  fires: [
    {
      when: 'an access key is made for another user',
      records: [
        call('iam:CreateAccessKey', {
          by: alice,
          params: { userName: 'bob' },
          response: newKey('bob'),
        }),
      ],
    },
    {
      when: "another user's password is changed",
      records: [
        call('iam:UpdateLoginProfile', {
          by: alice,
          params: { userName: 'bob', passwordResetRequired: false },
        }),
      ],
    },
    {
      when: "the administrator's password of a database is set (medium)",
      records: [
        call('rds:ModifyDBInstance', {
          by: alice,
          params: { dBInstanceIdentifier: 'orders', masterUserPassword: '****' },
        }),
      ],
    },
    {
      when: 'a federation token allows everything',
      records: [
        call('sts:GetFederationToken', {
          by: alice,
          params: { name: 'helper', policy: allowAll, durationSeconds: 43_200 },
          response: {
            credentials: {
              accessKeyId: keyOf('ASIA', 'helper'),
              expiration: 'May 4, 2026, 9:00:00 PM',
              sessionToken: 'HIDDEN_DUE_TO_SECURITY_REASONS',
            },
            federatedUser: {
              federatedUserId: '111122223333:helper',
              arn: 'arn:aws:sts::111122223333:federated-user/helper',
            },
          },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'a database grows',
      records: [
        call('rds:ModifyDBInstance', {
          by: alice,
          params: { dBInstanceIdentifier: 'orders', allocatedStorage: 200 },
        }),
      ],
    },
    {
      when: 'a user rotates its own key',
      records: [
        call('iam:CreateAccessKey', { by: alice, params: null, response: newKey('alice') }),
        call('iam:DeleteAccessKey', {
          by: alice,
          at: 30,
          params: { userName: 'alice', accessKeyId: keyOf('AKIA', 'alice') },
        }),
      ],
    },
    {
      when: 'the attempt is refused',
      records: [
        refused('iam:CreateAccessKey', { by: alice, params: { userName: 'bob' }, on: 'user bob' }),
      ],
    },
    {
      when: 'a federation token may read one bucket',
      records: [
        call('sts:GetFederationToken', {
          by: alice,
          params: {
            name: 'reader',
            policy: document({
              Effect: 'Allow',
              Action: 's3:GetObject',
              Resource: 'arn:aws:s3:::reports/*',
            }),
          },
          response: { credentials: { accessKeyId: keyOf('ASIA', 'reader') } },
        }),
      ],
    },
  ],
}
