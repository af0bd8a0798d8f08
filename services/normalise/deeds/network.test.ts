import { describeDeeds } from '../records.fixture.ts'

const denied = { errorCode: 'AccessDenied' }

describeDeeds('network', [
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipProtocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      cidrIp: '203.0.113.9/0',
      ipPermissions: {},
    },
    ['port-opened security-group/sg-1 everyone:203.0.113.9/0 some done weakens'],
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 3000,
            toPort: 4000,
            ipv6Ranges: { items: [{ cidrIpv6: '::/0' }] },
          },
        ],
      },
    },
    ['port-opened security-group/sg-1 everyone:::/0 some denied weakens'],
    denied,
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipPermissions: {
        items: [{ ipProtocol: '-1', ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
      },
    },
    ['port-opened security-group/sg-1 everyone:0.0.0.0/0 some done weakens'],
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 443,
            toPort: 443,
            ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
          },
        ],
      },
    },
    [],
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 22,
            toPort: 22,
            ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] },
          },
        ],
      },
    },
    [],
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-1',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'icmp',
            fromPort: -1,
            toPort: -1,
            ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
          },
        ],
      },
    },
    [],
  ],
  [
    'ec2:RevokeSecurityGroupIngress',
    { groupId: 'sg-1', ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0' },
    ['port-opened security-group/sg-1 none none done restores'],
  ],
])

describeDeeds('compute', [
  [
    'ec2:RunInstances',
    { instanceType: 'p2.xlarge', instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } },
    ['compute-launched instance-type/p2.xlarge none none denied neither'],
    { errorCode: 'Client.UnauthorizedOperation' },
  ],
  [
    'ec2:RunInstances',
    { instanceType: 't3.micro', instancesSet: { items: [{ minCount: 10, maxCount: 10 }] } },
    ['compute-launched instance-type/t3.micro none none done neither'],
  ],
  [
    'ec2:RunInstances',
    { instanceType: 't3.micro', instancesSet: { items: [{ minCount: 1, maxCount: 2 }] } },
    [],
  ],
])
