import type { ErrorClass } from '#shared/messages/use.ts'
import { fields, text, type Fields } from './fields.ts'
import { memo } from './intern.ts'

/** How an error code, lower case and without `Client.`, reads. The first row that matches decides. */
const classes: readonly (readonly [Exclude<ErrorClass, 'none' | 'other'>, readonly RegExp[]])[] = [
  [
    'throttled',
    [
      /throttl/,
      /^requestlimitexceeded/,
      /^slowdown/,
      /^toomanyrequests/,
      /^provisionedthroughputexceeded/,
    ],
  ],
  [
    'absent',
    [/^nosuch/, /notfound/, /doesnotexist/, /notexist/, /nonexist/, /^resourcenotdiscovered/],
  ],
  [
    'denied',
    [
      /accessdenied/,
      /^unauthorized/,
      /^authorizationerror/,
      /^notauthorized/,
      /^authfailure$/,
      /^forbidden/,
      /^permissiondenied/,
      /^insufficientprivileges/,
      /^explicitdeny/,
    ],
  ],
]

const byCode = memo((code): ErrorClass => {
  const plain = code.toLowerCase().replace(/^(?:client|server)\./, '')
  for (const [name, patterns] of classes)
    if (patterns.some((pattern) => pattern.test(plain))) return name
  return 'other'
})

/** What services say that fill only the message. */
const messages: readonly (readonly [string, ErrorClass])[] = [
  ['is not authorized to perform', 'denied'],
  ['Access Denied', 'denied'],
  ['AccessDenied', 'denied'],
  ['Rate exceeded', 'throttled'],
]

/**
 * How the call ended (CloudTrail User Guide, "record contents": errorCode, errorMessage). A sign-in tells its failure only
 * in the response; a wrong password is no refusal of a permission, so it is `other`.
 */
export function errorClass(record: Fields): ErrorClass {
  const code = text(record['errorCode'])
  if (code !== '') return byCode(code)
  const message = text(record['errorMessage'])
  if (message !== '') return messages.find(([part]) => message.includes(part))?.[1] ?? 'other'
  const response = record['responseElements']
  if (typeof response !== 'object' || response === null) return 'none'
  return fields(response)['ConsoleLogin'] === 'Failure' ? 'other' : 'none'
}
