import type { Call } from '../call.ts'
import { plain } from '../fields.ts'
import { deed, type DeedReader, type DeedTable } from './deed.ts'

/** Who signs in to an account by himself; others are signed in by their provider, which asks for the second factor. */
const byItself = ({ identity, extra }: Call): boolean =>
  (identity === 'user' || identity === 'root') && plain(extra['SamlProviderArn']) === ''

const targetOf = ({ identity, principal, account }: Call): string => {
  const [, kind = '', name = ''] = principal.split('/')
  return identity === 'root' ? `root/${account}` : `${kind}/${name}`
}

/**
 * A console sign-in (CloudTrail User Guide, "console sign-in events"). `weakens`: an IAM user or root came in without a second
 * factor; sign-ins through a provider show MFAUsed No as well, and mean nothing by it.
 */
const consoleLogin: DeedReader = (call) => {
  const failed = plain(call.response['ConsoleLogin']) === 'Failure' || call.error !== 'none'
  const mfa = plain(call.extra['MFAUsed'])
  const bare = byItself(call) && mfa === 'No'
  const how = byItself(call)
    ? mfa === 'Yes'
      ? 'with MFA'
      : mfa === 'No'
        ? 'without MFA'
        : ''
    : 'through a provider'
  const says = `${failed ? 'failed to sign in' : 'signed in'} to the console ${how}`.trim()
  return [
    deed(call, 'signed-in', targetOf(call), says, {
      grantee: 'self',
      outcome: failed ? 'failed' : 'done',
      effect: bare && !failed ? 'weakens' : 'neither',
    }),
  ]
}

export const signIn: DeedTable = { 'signin:ConsoleLogin': consoleLogin }
