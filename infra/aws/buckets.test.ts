import { expect, test } from 'vitest'
import { whyGone } from './buckets.ts'

test.each([
  ['InvalidRequest', 400],
  ['KeyTooLongError', 400],
  ['InvalidArgument', 400],
  ['MethodNotAllowed', 405],
  ['InvalidObjectState', 403],
  ['NoSuchKey', 404],
])('%s will never be read', (code, status) => {
  expect(whyGone(code, status)).toBeDefined()
})

test.each([
  ['AccessDenied', 403],
  ['Forbidden', 403],
  ['SlowDown', 503],
  ['ThrottlingException', 400],
  ['RequestTimeout', 400],
  ['ExpiredToken', 400],
  ['InvalidToken', 400],
  ['InvalidAccessKeyId', 403],
  ['AuthorizationHeaderMalformed', 400],
  ['PermanentRedirect', 301],
  ['KMS.DisabledException', 400],
  ['InternalError', 500],
  ['TimeoutError', undefined],
  ['UnknownError', 429],
])('%s may pass, or be repaired', (code, status) => {
  expect(whyGone(code, status)).toBeUndefined()
})
