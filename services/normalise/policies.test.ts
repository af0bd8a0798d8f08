import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { globMatches, parsePolicy, powerOf } from './policies.ts'

const allow = (Action: unknown, Resource: unknown = '*', more: object = {}): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
})

describe('A6: what a policy gives', () => {
  const table: readonly (readonly [string, unknown, string])[] = [
    ['everything', allow('*'), 'admin'],
    ['everything, with a colon', allow('*:*'), 'admin'],
    [
      'everything, one statement instead of a list',
      { Statement: { Effect: 'Allow', Action: ['*'], Resource: ['*'] } },
      'admin',
    ],
    ['as text', JSON.stringify(allow('*')), 'admin'],
    ['as padded text', `\n${' '.repeat(120_000)}${JSON.stringify(allow('*'))}\t`, 'admin'],
    ['as URL-encoded text', encodeURIComponent(JSON.stringify(allow('*'))), 'admin'],
    ['IAM as a whole', allow('iam:*'), 'admin'],
    [
      'in any case',
      { Statement: [{ Effect: 'allow', Action: 'IAM:Put*', Resource: '*' }] },
      'admin',
    ],
    ['new versions of policies', allow('iam:CreatePolicyVersion'), 'admin'],
    [
      'attaching on all roles of an account',
      allow('iam:AttachRolePolicy', 'arn:aws:iam::111122223333:role/*'),
      'admin',
    ],
    [
      'attaching on one role',
      allow('iam:AttachRolePolicy', 'arn:aws:iam::111122223333:role/one'),
      'some',
    ],
    ['assuming any role', allow('sts:AssumeRole'), 'admin'],
    ['assuming one role', allow('sts:AssumeRole', 'arn:aws:iam::111122223333:role/one'), 'some'],
    ['passing roles to functions', allow(['iam:PassRole', 'lambda:CreateFunction']), 'admin'],
    ['passing roles alone', allow('iam:PassRole'), 'some'],
    [
      'all but little',
      { Statement: { Effect: 'Allow', NotAction: 's3:*', Resource: '*' } },
      'admin',
    ],
    [
      'all but IAM and roles',
      { Statement: { Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' } },
      'some',
    ],
    ['reading', allow(['ec2:Describe*']), 'some'],
    ['nothing', { Statement: [] }, 'none'],
    ['denial', { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } }, 'none'],
    [
      'everything, and a denial of everything',
      {
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: '*', Resource: '*' },
        ],
      },
      'none',
    ],
    [
      'left out by AWS',
      { omitted: 'true', originalSize: '131072', reason: 'requestParameters too large' },
      'unknown',
    ],
    ['hidden', 'HIDDEN_DUE_TO_SECURITY_REASONS', 'unknown'],
    ['cut off', JSON.stringify(allow('*')).slice(0, -4), 'unknown'],
  ]
  test.each(table)('%s', (_, document, power) => {
    expect(powerOf(parsePolicy(document))).toBe(power)
  })
})

test('a pattern matches as its parts say, and cannot be made slow', () => {
  expect(globMatches('iam:*policy', 'iam:putuserpolicy')).toBe(true)
  expect(globMatches('iam:?etuser', 'iam:getuser')).toBe(true)
  expect(globMatches('iam:get*', 'sts:getuser')).toBe(false)
  expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(2000))).toBe(false)
  fc.assert(
    fc.property(
      fc.string(),
      (text) =>
        globMatches('*', text) && globMatches(`*${text.replace(/[*?]/g, '?')}*`, `x${text}y`),
    ),
  )
})
