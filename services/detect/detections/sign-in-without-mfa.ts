import type { Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { dayOf, done, groupBy, verdictOn } from '../judging.ts'
import { call, role, root, signIn, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] =>
  groupBy(
    done(facts, 'signed-in').filter(({ effect }) => effect === 'weakens'),
    dayOf,
  ).map(([unit, deeds]) =>
    verdictOn(deeds, { unit, severity: facts.identity === 'root' ? 'high' : 'low' }),
  )

export const signInWithoutMfa: Detection = {
  id: 'sign-in-without-mfa',
  version: 1,
  title: 'Sign-in with a password alone',
  severity: 'high',
  attack: ['T1078.004'],
  why: 'A password alone is guessed, leaked or set by somebody else. For the root of an account that is everything.',
  falseAlarms: 'Users who have no second factor yet: low, and worth a rule that demands one.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing.',
  judge,
  fires: [
    {
      when: 'a user signs in with its password alone',
      records: [signIn(user('alice'), { mfa: false })],
    },
    {
      when: 'the root signs in with its password alone',
      records: [signIn(root(), { mfa: false, at: 60 })],
    },
  ],
  silent: [
    {
      when: 'a user signs in with a second factor',
      records: [signIn(user('alice'), { mfa: true })],
    },
    {
      when: 'a federated role signs in: its provider checks the second factor',
      records: [signIn(role('staff', 'ana@example.com'), { mfa: false })],
    },
    {
      when: 'the password is wrong',
      records: [
        call('signin:ConsoleLogin', {
          by: user('alice'),
          response: { ConsoleLogin: 'Failure' },
          message: 'Failed authentication',
          more: { eventType: 'AwsConsoleSignIn', additionalEventData: { MFAUsed: 'No' } },
        }),
      ],
    },
  ],
}
