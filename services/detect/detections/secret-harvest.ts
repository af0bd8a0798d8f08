import type { Verdict } from '#shared/messages/finding.ts'
import type { HarvestMark, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Policy } from '#shared/policy.ts'
import type { Detection } from '../detection.ts'
import { bursts, burstsByDay, count, keysOf, minuteMs, span } from '../judging.ts'
import { call, times, user } from '../records.ts'

const judge = (facts: SessionFacts, { harvestNames }: Policy): Verdict[] =>
  burstsByDay(bursts(facts.harvest, minuteMs, harvestNames, namesOf)).map(([day, reads]) => ({
    unit: day,
    severity: 'high',
    evidence: reads,
    says: `read ${whatOf(reads)} within ${span(reads)}`,
    credentials: keysOf(reads),
    tags: [`taken:${facts.account}`],
  }))

const namesOf = (reads: readonly HarvestMark[]): number =>
  new Set(reads.flatMap(({ names }) => names)).size

/** "12 secrets", "the user data of 15 instances": what one kind of call hands out is called by its name. */
function whatOf(reads: readonly HarvestMark[]): string {
  const names = reads.flatMap((mark) => mark.names)
  const kind = ofInstances.find((prefix) => names.every((name) => name.startsWith(`${prefix} of `)))
  return kind === undefined
    ? count(namesOf(reads), 'secret')
    : `the ${kind} of ${count(namesOf(reads), 'instance')}`
}

/** How normalise names what it hands out by instance. */
const ofInstances = ['user data', 'password']

const read = (name: string, at: number) =>
  call('secretsmanager:GetSecretValue', { by: user('batch'), at, params: { secretId: name } })

const parameters = (from: number, n: number, at: number) =>
  call('ssm:GetParameters', {
    by: user('batch'),
    at,
    params: { names: times(n, (i) => `/app/parameter-${from + i}`), withDecryption: true },
  })

export const secretHarvest: Detection = {
  id: 'secret-harvest',
  version: 1,
  title: 'Secrets read in bulk',
  severity: 'high',
  attack: ['T1555.006', 'T1552'],
  why: 'Software reads the few secrets that it needs. Who reads many different ones within a minute takes what there is.',
  falseAlarms:
    'A backup or a migration of secrets, or an application that loads a large configuration when it starts. Names count, not calls: reading one secret often is nothing.',
  reads: ['harvest'],
  wait: '',
  withdrawnBy: 'Nothing: what was read is known.',
  judge,
  fires: [
    {
      when: 'a dozen secrets are read within seconds',
      records: times(12, (i) => read(`prod/secret-${i}`, Math.floor(i / 4))),
    },
    {
      when: 'parameters are read by the page, decrypted',
      records: times(3, (i) => parameters(i * 8, 8, i)),
    },
    {
      when: 'a batch asks for every secret with a tag',
      records: [
        call('secretsmanager:BatchGetSecretValue', {
          by: user('batch'),
          params: { filters: [{ key: 'tag-key', values: ['team'] }], maxResults: 20 },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'a batch asks for the secrets of one application by name',
      records: [
        call('secretsmanager:BatchGetSecretValue', {
          by: user('batch'),
          params: { filters: [{ key: 'name', values: ['prod/billing'] }] },
        }),
      ],
    },
    { when: 'one secret is read often', records: times(40, (i) => read('prod/database', i)) },
    {
      when: 'many secrets are read over a day',
      records: times(24, (i) => read(`prod/secret-${i}`, i * 3600)),
    },
    {
      when: 'a tool compares versions that it knows',
      records: times(20, (i) =>
        call('secretsmanager:GetSecretValue', {
          by: user('deployer'),
          at: i,
          params: { secretId: `prod/secret-${i}`, versionId: 'v-1' },
        }),
      ),
    },
  ],
}
