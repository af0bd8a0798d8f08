import type { PlaceFacts } from '#shared/messages/session-facts.ts'

/**
 * What a user agent says about the program and the machine, without what changes with each call or release: two clients of
 * one SDK on one host are the same family. Only ever compared with itself, never matched against names of tools.
 */
export function family(agent: string): string {
  const words = agent
    .replace(/^\[|\]$/g, '')
    .split(/\s+/)
    .map((word) => /^([^/#]+(?:\/[a-z]\w*)?)/i.exec(word)?.[1] ?? '')
    .filter((word) => word !== '' && !perCall.has(word.toLowerCase()))
  return [...new Set(words)].toSorted().join(' ')
}

/** Words of the AWS SDK user agent that name the service client or a feature of one call. */
const perCall: ReadonlySet<string> = new Set([
  'api',
  'm',
  'md',
  'cfg',
  'ua',
  'ft',
  'app',
  'exec-env',
])

/** Calls through an endpoint in the account's own VPC: a network of ours, whatever address they show. */
export const viaEndpoint = ({ address }: PlaceFacts): boolean => address.startsWith('vpce-')

/** IPv4 and IPv6 of one host are two addresses of one place. */
export const mixedVersions = (a: PlaceFacts, b: PlaceFacts): boolean =>
  a.address.includes(':') !== b.address.includes(':')
