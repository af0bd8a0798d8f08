import type { Mark } from '#shared/facts/mark.ts'
import type { Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, done, keysOf, verdictOn } from '../judging.ts'
import { call, role, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] => [...exposed(facts), ...attached(facts)]

/** AWS found a key of this session's own user in public. */
function exposed(facts: SessionFacts): Verdict[] {
  const { created, principal, keys } = facts
  const told: Mark[] = (facts.targets[principal] ?? []).filter(
    ({ deed, outcome, key }) =>
      deed === 'key-exposed' &&
      outcome === 'done' &&
      (key === '' || keys.some((each) => each.key === key)),
  )
  if (created !== 0 || told.length === 0) return []
  return [
    {
      unit: '',
      severity: 'high',
      evidence: told,
      says: 'was found in public by AWS, which put it under quarantine',
      credentials: keysOf(keys),
    },
  ]
}

/** Somebody's key was found; he may never have been seen. What the session did to itself is told above. */
const attached = (facts: SessionFacts): Verdict[] =>
  byTarget(
    done(facts, 'key-exposed').filter(
      ({ account, target }) => `${account}/${target}` !== facts.principal,
    ),
  ).map(([unit, deeds]) =>
    verdictOn(deeds, {
      unit,
      severity: 'high',
      credentials: deeds.flatMap(({ made = '' }) => (made === '' ? [] : [made])),
    }),
  )

const quarantine = {
  userName: 'batch',
  policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
}

export const exposedKey: Detection = {
  id: 'exposed-key',
  version: 1,
  title: 'A key that AWS found in public',
  severity: 'high',
  attack: ['T1552.001'],
  why: 'AWS looks for keys in public repositories and puts what it finds under quarantine. Others look too, and are faster.',
  falseAlarms:
    'None: the key is public. Somebody may attach the quarantine policy by hand, as a precaution.',
  reads: ['deeds', 'targets', 'keys'],
  wait: '',
  withdrawnBy: 'Nothing: replace the key.',
  judge,
  fires: [
    {
      when: 'the quarantine policy is attached to a user',
      records: [call('iam:AttachUserPolicy', { by: user('security'), params: quarantine })],
    },
    {
      when: 'it is attached to a user whose key is in use',
      records: [
        call('s3:ListBuckets', { by: user('batch') }),
        call('iam:AttachUserPolicy', {
          by: role('responder', 'case-12'),
          at: 60,
          params: quarantine,
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'another policy is attached',
      records: [
        call('iam:AttachUserPolicy', {
          by: user('security'),
          params: { ...quarantine, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
        }),
      ],
    },
    {
      when: 'the quarantine is lifted',
      records: [call('iam:DetachUserPolicy', { by: user('security'), params: quarantine })],
    },
  ],
}
