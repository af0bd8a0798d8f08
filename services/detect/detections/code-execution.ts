import type { DeedKind } from '#shared/messages/deed.ts'
import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, count, dayOf, done, groupBy, letsOutsidersIn, verdictOn } from '../judging.ts'
import { call, outsider, refused, times, user } from '../records.ts'

/** Commands are what administrators do all day; what stays, or lets everyone in, weighs more. */
const severities: Partial<Readonly<Record<DeedKind, Severity>>> = {
  'code-changed': 'medium',
  'user-data-changed': 'high',
  'code-shared': 'high',
}

function judge(facts: SessionFacts): Verdict[] {
  const commands = groupBy(
    done(facts, 'command-run'),
    (deed) => `${deed.service}:${deed.action} ${dayOf(deed)}`,
  )
  const shared = done(facts, 'code-shared').filter(letsOutsidersIn)
  return [
    ...commands.map(([unit, deeds]) => onMany(unit, deeds)),
    ...changes([...done(facts, 'code-changed'), ...done(facts, 'user-data-changed'), ...shared]),
  ]
}

/** A command sent to many instances is one finding, and names them all. */
function onMany(unit: string, deeds: readonly DeedFact[]): Verdict {
  const things = [...new Set(deeds.map(({ target }) => target))]
  const plain = verdictOn(deeds, { unit, severity: 'medium', tags: deeds.flatMap(commandsOn) })
  if (things.length < 3) return plain
  const [kind = 'target'] = (things[0] ?? '').split('/')
  const [first] = deeds
  return {
    ...plain,
    says: `got onto ${count(things.length, kind)} (${first?.service ?? ''}:${first?.action ?? ''})`,
  }
}

const changes = (deeds: readonly DeedFact[]): Verdict[] =>
  groupBy(deeds, ({ deed }) => deed).flatMap(([kind, some]) =>
    byTarget(some).map(([target, each]) =>
      verdictOn(each, {
        unit: `${kind} ${target}`,
        severity: each.flatMap(({ deed }) => severities[deed] ?? []).at(0) ?? 'medium',
        tags: each.flatMap(commandsOn),
      }),
    ),
  )

/** Instances on which code now runs: whose credentials are then used elsewhere is one story with this. */
const commandsOn = ({ target, about = [] }: DeedFact): string[] =>
  [target, ...about]
    .filter((name) => name.startsWith('instance/'))
    .map((name) => `command-on:${name}`)

const alice = user('alice')

export const codeExecution: Detection = {
  id: 'code-execution',
  version: 1,
  title: 'Code run, or put where it will run',
  severity: 'high',
  attack: ['T1651', 'T1021.007', 'T1648'],
  why: 'A command, a key or a start script on an instance, or the code of a function, runs with the role of that machine: the way from one credential to the next.',
  falseAlarms:
    'Administrators and deployments do this daily: alone it is medium. Start scripts and functions that anybody may call are high.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing: what ran has run.',
  judge,
  fires: [
    {
      when: 'a command is sent to an instance',
      records: [
        call('ssm:SendCommand', {
          by: alice,
          params: {
            instanceIds: ['i-0aaaaaaaaaaaaaa10'],
            documentName: 'AWS-RunShellScript',
            parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
          },
        }),
      ],
    },
    {
      when: 'shells are opened on three instances',
      records: times(3, (i) =>
        call('ssm:StartSession', {
          by: alice,
          at: i,
          params: { target: `i-0aaaaaaaaaaaaaa1${i}` },
        }),
      ),
    },
    {
      when: 'the start script of an instance is changed',
      records: [
        call('ec2:ModifyInstanceAttribute', {
          by: alice,
          params: { instanceId: 'i-0aaaaaaaaaaaaaa10', userData: '<sensitiveDataRemoved>' },
        }),
      ],
    },
    {
      when: 'everyone may call a function',
      records: [
        call('lambda:AddPermission20150331v2', {
          by: alice,
          params: {
            functionName: 'billing',
            statementId: 'open',
            principal: '*',
            action: 'lambda:InvokeFunction',
          },
        }),
      ],
    },
    {
      when: 'the code of a function is replaced',
      records: [
        call('lambda:UpdateFunctionCode20150331v2', {
          by: alice,
          params: { functionName: 'billing', publish: true },
          response: { functionName: 'billing' },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'a command is refused',
      records: [
        refused('ssm:SendCommand', {
          by: alice,
          params: { instanceIds: ['i-0aaaaaaaaaaaaaa10'], documentName: 'AWS-RunShellScript' },
        }),
      ],
    },
    {
      when: 'a service of AWS may call a function',
      records: [
        call('lambda:AddPermission20150331v2', {
          by: alice,
          params: {
            functionName: 'billing',
            statementId: 's3',
            principal: 's3.amazonaws.com',
            action: 'lambda:InvokeFunction',
          },
        }),
      ],
    },
    {
      when: 'opening a function to another account is refused',
      records: [
        refused('lambda:AddPermission20150331v2', {
          by: alice,
          params: { functionName: 'billing', principal: outsider },
        }),
      ],
    },
  ],
}
