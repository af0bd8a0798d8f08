import type { Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { dayOf, done, groupBy, tried, verdictOn } from '../judging.ts'
import { call, role, user } from '../records.ts'

/** Also what is refused: quotas stop most miners, and tell of them. */
function judge(facts: SessionFacts): Verdict[] {
  const launches = [...done(facts, 'compute-launched'), ...tried(facts, 'compute-launched')]
  return groupBy(launches, dayOf).map(([unit, deeds]) =>
    verdictOn(deeds, {
      unit,
      severity: 'medium',
      ...(deeds.every(({ outcome }) => outcome !== 'done') && {
        unknown: ['whether another region or size was tried with success'],
      }),
    }),
  )
}

const launch = (type: string, n: number) => ({
  instancesSet: { items: [{ imageId: 'ami-0aaaaaaaaaaaaaa10', minCount: n, maxCount: n }] },
  instanceType: type,
})

export const unusualCompute: Detection = {
  id: 'unusual-compute',
  version: 1,
  title: 'Unusual compute launched',
  severity: 'medium',
  attack: ['T1496', 'T1578.002'],
  why: 'Instances with graphics processors, or ten at once, are what stolen credentials are most often spent on.',
  falseAlarms:
    'Training of models and load tests; whoever does that daily should be told apart by account.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing.',
  judge,
  fires: [
    {
      when: 'ten instances with graphics processors are started',
      records: [call('ec2:RunInstances', { by: user('alice'), params: launch('p3.16xlarge', 10) })],
    },
    {
      when: 'the quota refuses them',
      records: [
        call('ec2:RunInstances', {
          by: role('worker', 'job-7'),
          at: 5,
          params: launch('p2.xlarge', 10),
          error: 'Client.VcpuLimitExceeded',
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'one small instance is started',
      records: [call('ec2:RunInstances', { by: user('alice'), params: launch('t3.micro', 1) })],
    },
    {
      when: 'instances are described',
      records: [call('ec2:DescribeInstances', { by: user('alice') })],
    },
  ],
}
