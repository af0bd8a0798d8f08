import { BlockList, isIP } from 'node:net'

/** Which networks besides the public ones may be reached. */
export type Allowed = readonly ('loopback' | 'private')[]

/** What an address is to us: where a request that somebody else chose the target of must not go. */
export type Reach = 'public' | 'loopback' | 'private' | 'never'

const loopback = listOf(['127.0.0.0/8', '::1/128'])
const privates = listOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
])

/**
 * Special purposes of the IANA registries (RFC 6890 and its updates): this network, link-local with the metadata services of
 * clouds, protocol assignments, documentation, benchmarks, multicast, reserved, translations that hide an address in another.
 */
const never = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // Metadata service of EC2 over IPv6: inside of the private range.
  'fd00:ec2::/32',
])

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix = ''] = range.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** What an IP address is; whatever is none is `never`. An IPv4 address written as IPv6 counts as what it is. */
export function reachOf(address: string): Reach {
  const plain = address.toLowerCase().split('%')[0] ?? ''
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? []
  if (mapped !== undefined) return reachOf(mapped)
  const family = isIP(plain)
  // The same in hexadecimal: nobody needs it.
  if (family === 0 || plain.startsWith('::ffff:')) return 'never'
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (never.check(plain, type)) return 'never'
  if (loopback.check(plain, type)) return 'loopback'
  return privates.check(plain, type) ? 'private' : 'public'
}

export function mayReach(address: string, allowed: Allowed): boolean {
  const reach = reachOf(address)
  return reach === 'public' || allowed.some((each) => each === reach)
}
