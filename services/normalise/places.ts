import { memo } from './intern.ts'
import { withoutTold } from './formless.ts'
import { withoutSecrets } from './secrets.ts'

/** Four groups of one to three digits. Values above 255 pass: anonymisers write them, and a place need only be the same place. */
const ipv4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
/** Hex groups and colons, perhaps an IPv4 tail or a zone: an address literal, never a host name. */
const ipv6 = /^[0-9a-f]{0,4}:[0-9a-f:.]{1,40}(?:%\w{1,16})?$/i
const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** Ranges of private use: RFC 1918, shared address space (RFC 6598), unique local addresses (RFC 4193). */
const privateRange =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i

/** `address`: says where a caller is; '' for service names, "AWS Internal" and masks. */
export type Place = { readonly address: string; readonly isPrivate: boolean }

export const placeAt = memo((text): Place => {
  const said = (ipv4.test(text) || ipv6.test(text)) && !unspecified.has(text)
  return said
    ? { address: text, isPrivate: privateRange.test(text) }
    : { address: '', isPrivate: false }
})

export type Agent = {
  readonly agent: string
  /** The AWS console's own servers: the call comes from a person's console session, the address is theirs, not his. */
  readonly console: boolean
}

const isConsole = (agent: string): boolean =>
  agent.includes('S3Console') ||
  agent.startsWith('console.') ||
  agent.includes('.console.aws.amazon.com') ||
  agent === 'signin.amazonaws.com' ||
  (agent.startsWith('AWS') && agent.includes('Console') && !agent.includes('Mobile'))

/** What a user agent says: used to recognise AWS's own proxies, never as evidence of who called. */
export const agentOf = memo((agent): Agent => ({
  agent: withoutTold(withoutSecrets(agent)),
  console: isConsole(agent),
}))
