import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { count, fields, firstText, list, plain, type Fields } from '../fields.ts'
import { deed, sortedSome, spoken, type DeedReader, type DeedTable } from './deed.ts'

/** SSH and the Remote Desktop Protocol: ports that administer (IANA service names). */
const adminPorts = [22, 3389]

/** TCP by name or number, and all protocols. */
const carriesTcp: ReadonlySet<string> = new Set(['tcp', '6', '-1', 'all'])

type Rule = { readonly ports: readonly string[]; readonly ranges: readonly string[] }

/** Networks of a rule in the shapes that EC2 writes. */
function rangesOf(rule: Fields): readonly string[] {
  const names = ['ipRanges', 'ipv6Ranges', 'IpRanges', 'Ipv6Ranges']
  const listed = names.flatMap((name) =>
    list(rule[name]).map((item) =>
      firstText(fields(item), 'cidrIp', 'cidrIpv6', 'CidrIp', 'CidrIpv6'),
    ),
  )
  return [
    ...listed,
    firstText(rule, 'cidrIp', 'cidrIpv4', 'CidrIpv4'),
    firstText(rule, 'cidrIpv6', 'CidrIpv6'),
  ].filter(Boolean)
}

/** Which administration ports a rule covers: `all` where it covers every port. */
function portsOf(rule: Fields): readonly string[] {
  const protocol = firstText(rule, 'ipProtocol', 'IpProtocol').toLowerCase()
  if (!carriesTcp.has(protocol)) return []
  const from = count(rule['fromPort'] ?? rule['FromPort'])
  const to = count(rule['toPort'] ?? rule['ToPort'])
  const every = protocol === '-1' || protocol === 'all' || !(from >= 0)
  if (every || (from <= 1 && to >= 65_535)) return ['all']
  return adminPorts.filter((port) => from <= port && port <= (to >= 0 ? to : from)).map(String)
}

/** A network of everyone: its prefix has no bits, however its address is written. */
const isOpen = (range: string): boolean => range.endsWith('/0')

/** Rules that open an administration port to everyone. */
const opening = (rules: readonly unknown[]): readonly Rule[] =>
  rules
    .map(fields)
    .map((rule) => ({ ports: portsOf(rule), ranges: rangesOf(rule).filter(isOpen) }))
    .filter(({ ports, ranges }) => ports.length > 0 && ranges.length > 0)

function rulesOf({ params }: Call): readonly unknown[] {
  const changed = fields(params['ModifySecurityGroupRulesRequest'])
  const modified = list(changed['SecurityGroupRule']).map(
    (item) => fields(item)['SecurityGroupRule'],
  )
  return [...list(params['ipPermissions']), params, ...modified]
}

function groupOf({ params }: Call): string {
  const changed = fields(params['ModifySecurityGroupRulesRequest'])
  const name = firstText(params, 'groupId', 'groupName') || plain(changed['GroupId'])
  return `security-group/${name || '-'}`
}

const ports =
  (effect: Extract<Deed['effect'], 'weakens' | 'restores'>): DeedReader =>
  (call) => {
    const rules = opening(rulesOf(call))
    if (rules.length === 0) return []
    const which = sortedSome(rules.flatMap((rule) => rule.ports))
    const to = sortedSome(rules.flatMap((rule) => rule.ranges))
    const target = groupOf(call)
    const what = which.includes('all') ? 'all ports' : `port ${which.join(' and ')}`
    const says =
      effect === 'weakens'
        ? `opened ${what} of ${spoken(target)} to everyone (${to.join(', ')})`
        : `closed ${what} of ${spoken(target)}`
    const gain = effect === 'weakens' ? ({ grantee: 'everyone', to, power: 'some' } as const) : {}
    return [deed(call, 'port-opened', target, says, { ...gain, effect })]
  }

/** Security groups (EC2 API Reference). Rules for outgoing traffic open nothing. */
export const network: DeedTable = {
  'ec2:AuthorizeSecurityGroupIngress': ports('weakens'),
  'ec2:ModifySecurityGroupRules': ports('weakens'),
  'ec2:RevokeSecurityGroupIngress': ports('restores'),
}
