import type { Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, done, verdictOn } from '../judging.ts'
import { call, health, home, keyOf, role, user } from '../records.ts'

/** Whoever attaches the quarantine, mostly AWS, the fact is told to the session of the user whose key it is; so is AWS Health's. */
const judge = (facts: SessionFacts): Verdict[] =>
  byTarget(
    done(facts, 'key-exposed').filter(
      ({ account, target }) => `${account}/${target}` === facts.principal,
    ),
  ).map(([unit, deeds]) => {
    const keys = deeds.flatMap(({ made = '' }) => (made === '' ? [] : [made]))
    return verdictOn(deeds, {
      unit,
      severity: 'high',
      says:
        keys.length > 0
          ? 'was found in public by AWS'
          : 'signs with a key that AWS found in public',
      credentials: keys,
      ...(keys.length === 0 && { unknown: ["which of the user's keys was found"] }),
    })
  })

const quarantine = {
  userName: 'batch',
  policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
}

export const exposedKey: Detection = {
  id: 'exposed-key',
  version: 2,
  title: 'A key that AWS found in public',
  severity: 'high',
  attack: ['T1552.001'],
  why: 'AWS looks for keys in public repositories, puts what it finds under quarantine and says so by AWS Health. Others look too, and are faster.',
  falseAlarms:
    'None: the key is public. Somebody may attach the quarantine policy by hand, as a precaution.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing: replace the key.',
  judge,
  fires: [
    {
      when: 'AWS itself attaches it',
      records: [
        call('iam:AttachUserPolicy', {
          by: {
            identity: { type: 'AWSService', invokedBy: 'support.amazonaws.com' },
            address: 'support.amazonaws.com',
            agent: 'support.amazonaws.com',
          },
          params: quarantine,
          more: { recipientAccountId: home },
        }),
      ],
    },
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
    {
      when: 'AWS Health says that a key in use was found in public',
      records: [
        call('s3:ListBuckets', { by: user('batch') }),
        health('AWS_RISK_CREDENTIALS_EXPOSED', [keyOf('AKIA', 'batch')], { at: 60 }),
      ],
    },
    {
      when: 'it said so before the key was used',
      records: [
        health('AWS_RISK_CREDENTIALS_EXPOSED', [keyOf('AKIA', 'batch')]),
        call('s3:ListBuckets', { by: user('batch'), at: 60 }),
      ],
    },
  ],
  silent: [
    {
      when: 'AWS Health speaks of another key, or of no key at all',
      records: [
        call('s3:ListBuckets', { by: user('batch') }),
        health('AWS_RISK_CREDENTIALS_EXPOSED', [keyOf('AKIA', 'build')], { at: 60 }),
        health('AWS_EC2_INSTANCE_RETIREMENT', ['i-0123456789abcdef0'], { at: 61 }),
      ],
    },
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
