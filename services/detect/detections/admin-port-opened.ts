import type { Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, done, verdictOn } from '../judging.ts'
import { call, refused, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] =>
  byTarget(done(facts, 'port-opened')).map(([unit, deeds]) =>
    verdictOn(deeds, { unit, severity: 'medium' }),
  )

const rule = (port: number, cidr: string) => ({
  by: user('alice'),
  params: {
    groupId: 'sg-0aaaaaaaaaaaaaa10',
    ipPermissions: {
      items: [
        {
          ipProtocol: 'tcp',
          fromPort: port,
          toPort: port,
          groups: {},
          ipRanges: { items: [{ cidrIp: cidr }] },
          ipv6Ranges: {},
          prefixListIds: {},
        },
      ],
    },
  },
})

export const adminPortOpened: Detection = {
  id: 'admin-port-opened',
  version: 1,
  title: 'Administration port open to the world',
  severity: 'medium',
  attack: ['T1686.001'],
  why: 'A port for remote administration that the whole internet reaches is found within minutes, by whoever opened it and by others.',
  falseAlarms:
    'Bastion hosts, and developers in a hurry. Web ports and networks of one office are not judged.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing: it was open for a while.',
  judge,
  fires: [
    {
      when: 'SSH is opened to everyone',
      records: [call('ec2:AuthorizeSecurityGroupIngress', rule(22, '0.0.0.0/0'))],
    },
    {
      when: 'remote desktop is opened to everyone',
      records: [call('ec2:AuthorizeSecurityGroupIngress', rule(3389, '0.0.0.0/0'))],
    },
  ],
  silent: [
    {
      when: 'HTTPS is opened to everyone',
      records: [call('ec2:AuthorizeSecurityGroupIngress', rule(443, '0.0.0.0/0'))],
    },
    {
      when: 'SSH is opened to one office',
      records: [call('ec2:AuthorizeSecurityGroupIngress', rule(22, '198.51.100.0/24'))],
    },
    {
      when: 'the rule is taken back',
      records: [call('ec2:RevokeSecurityGroupIngress', rule(22, '0.0.0.0/0'))],
    },
    {
      when: 'opening is refused',
      records: [refused('ec2:AuthorizeSecurityGroupIngress', rule(22, '0.0.0.0/0'))],
    },
  ],
}
