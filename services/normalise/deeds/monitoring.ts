import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from '../call.ts'
import { firstText, isFalse, isTrue, plain, text } from '../fields.ts'
import { makes, thing, weakens } from './audit.ts'
import type { DeedReader, DeedTable } from './deed.ts'

type Target = (call: Call) => string

const detector = thing('detector', 'detectorId')
const hub: Target = ({ account }) => `security-hub/${account}`
const recorder = thing('config-recorder', 'configurationRecorderName', 'name')
const rule = thing('rule', 'rule', 'name', 'configRuleName')
const group = thing('log-group', 'logGroupName')
const service =
  (name: string): Target =>
  ({ account }) =>
    `${name}/${account}`

/** Rows of one kind: what the calls do, and to which thing. */
const rows = (
  make: (target: Target, says: string) => DeedReader,
  table: Readonly<Record<string, readonly [Target, string]>>,
): DeedTable =>
  Object.fromEntries(
    Object.entries(table).map(([name, [target, says]]) => [name, make(target, says)]),
  )

const switched =
  (parameter: string, target: Target): DeedReader =>
  (call) => {
    if (isFalse(call.params[parameter])) return weakens(target, 'switched off')(call)
    return makes(target, 'changed', isTrue(call.params[parameter]) ? 'restores' : 'neither')(call)
  }

/** A list of addresses that GuardDuty trusts: what comes from them is no longer seen. */
const trustedList: DeedReader = (call) =>
  isFalse(call.params['activate']) ? [] : weakens(detector, 'gave trusted addresses to')(call)

const archiving: DeedReader = (call) =>
  plain(call.params['action']).toUpperCase() === 'ARCHIVE'
    ? weakens(detector, 'hid findings of')(call)
    : []

/** Names of log groups that keep what the defence reads; others are the daily work of applications. */
const auditGroup = /cloudtrail|audit|flow-?log|vpc|guardduty|security|waf|dns|accesslog/i

/** What programs print, whatever their names are (each service's guide, "logging"). */
const ofPrograms = /^\/(?:aws\/(?:lambda|codebuild|batch|ecs|glue|sagemaker)|ecs)\//i

const ofAuditGroup =
  (reader: DeedReader): DeedReader =>
  (call) => {
    const name = firstText(call.params, 'logGroupName')
    return auditGroup.test(name) && !ofPrograms.test(name) ? reader(call) : []
  }

/** Days that a log group keeps, where that is less than a month. */
const retention: DeedReader = (call) => {
  const days = Number(plain(call.params['retentionInDays']))
  return days > 0 && days < 30
    ? weakens(group, 'shortened the memory of')(call).map((each) => ({ ...each, amount: days }))
    : []
}

/** Macie pauses without being switched off (Macie API Reference, UpdateMacieSession). */
const macieSession: DeedReader = (call) => {
  const status = text(call.params['status'])
  if (status === 'PAUSED') return weakens(service('macie'), 'paused')(call)
  return status === 'ENABLED' ? makes(service('macie'), 'resumed', 'restores')(call) : []
}

/** What keeps a model from saying what it must not (Bedrock API Reference); its id stands in the answer when it is made. */
const modelGuardrail: Target = ({ params, response }) =>
  `model-guardrail/${lastPart(text(params['guardrailIdentifier']) || text(response['guardrailId'])) || '-'}`

const standards: DeedReader = (call) =>
  text(call.params['controlStatus']) === 'DISABLED'
    ? weakens(hub, 'switched off a control of')(call)
    : []

/** Services that watch (their API References), and the alarms and rules that carry their findings. */
export const monitoring: DeedTable = {
  ...rows(weakens, {
    'config:StopConfigurationRecorder': [recorder, 'stopped'],
    'config:DeleteConfigurationRecorder': [recorder, 'deleted'],
    'config:DeleteDeliveryChannel': [thing('delivery-channel', 'deliveryChannelName'), 'deleted'],
    'config:DeleteConfigRule': [rule, 'deleted'],
    'config:DeleteOrganizationConfigRule': [thing('rule', 'organizationConfigRuleName'), 'deleted'],
    'config:DeleteConformancePack': [thing('conformance-pack', 'conformancePackName'), 'deleted'],
    'config:DeleteConfigurationAggregator': [
      thing('aggregator', 'configurationAggregatorName'),
      'deleted',
    ],
    'guardduty:DeleteDetector': [detector, 'deleted'],
    'guardduty:DisassociateFromMasterAccount': [detector, 'cut the tie to the administrator of'],
    'guardduty:DisassociateFromAdministratorAccount': [
      detector,
      'cut the tie to the administrator of',
    ],
    'guardduty:DisassociateMembers': [detector, 'cut the ties to the members of'],
    'guardduty:DeleteMembers': [detector, 'deleted the members of'],
    'guardduty:StopMonitoringMembers': [detector, 'stopped watching the members of'],
    'guardduty:DeletePublishingDestination': [detector, 'stopped the export of'],
    'guardduty:DisableOrganizationAdminAccount': [detector, 'took away the administrator of'],
    'securityhub:DisableSecurityHub': [hub, 'switched off'],
    'securityhub:DisassociateFromMasterAccount': [hub, 'cut the tie to the administrator of'],
    'securityhub:DisassociateFromAdministratorAccount': [
      hub,
      'cut the tie to the administrator of',
    ],
    'securityhub:DisassociateMembers': [hub, 'cut the ties to the members of'],
    'securityhub:DeleteMembers': [hub, 'deleted the members of'],
    'securityhub:BatchDisableStandards': [hub, 'switched off standards of'],
    'securityhub:DisableImportFindingsForProduct': [hub, 'stopped a source of'],
    'macie2:DisableMacie': [service('macie'), 'switched off'],
    'macie2:DisassociateFromAdministratorAccount': [
      service('macie'),
      'cut the tie to the administrator of',
    ],
    'access-analyzer:DeleteAnalyzer': [thing('analyzer', 'analyzerName'), 'deleted'],
    'inspector2:Disable': [service('inspector'), 'switched off'],
    'detective:DeleteGraph': [service('detective'), 'deleted'],
    'events:DeleteRule': [rule, 'deleted'],
    'events:DisableRule': [rule, 'switched off'],
    'events:RemoveTargets': [rule, 'took the targets from'],
    'monitoring:DeleteAlarms': [service('alarms'), 'deleted'],
    'monitoring:DisableAlarmActions': [service('alarms'), 'switched off'],
    'logs:DeleteSubscriptionFilter': [group, 'stopped the export of'],
    'logs:DeleteMetricFilter': [group, 'took a metric from'],
    'logs:DeleteDestination': [thing('log-destination', 'destinationName'), 'deleted'],
    'route53resolver:DeleteResolverQueryLogConfig': [
      thing('query-log', 'resolverQueryLogConfigId'),
      'deleted',
    ],
    'route53resolver:DisassociateResolverQueryLogConfig': [
      thing('query-log', 'resolverQueryLogConfigId'),
      'detached',
    ],
    'wafv2:DeleteLoggingConfiguration': [
      thing('web-acl', 'resourceArn'),
      'switched off the log of',
    ],
    'bedrock:DeleteGuardrail': [modelGuardrail, 'deleted'],
    'bedrock:DeleteModelInvocationLoggingConfiguration': [
      service('model-invocation-log'),
      'switched off',
    ],
    'rds:StopActivityStream': [thing('db', 'resourceArn'), 'stopped the activity stream of'],
    'elasticloadbalancing:DeleteLoadBalancerPolicy': [
      thing('load-balancer', 'loadBalancerName'),
      'took a policy from',
    ],
  }),
  ...rows((target, says) => makes(target, says, 'restores'), {
    'config:StartConfigurationRecorder': [recorder, 'started'],
    'guardduty:StartMonitoringMembers': [detector, 'started watching the members of'],
    'events:EnableRule': [rule, 'switched on'],
    'monitoring:EnableAlarmActions': [service('alarms'), 'switched on'],
  }),
  ...rows(makes, {
    'config:PutConfigurationRecorder': [thing('config-recorder', 'name'), 'made'],
    'guardduty:CreateDetector': [detector, 'made'],
    'securityhub:EnableSecurityHub': [hub, 'switched on'],
    'macie2:EnableMacie': [service('macie'), 'switched on'],
    'access-analyzer:CreateAnalyzer': [thing('analyzer', 'analyzerName'), 'made'],
    'events:PutRule': [rule, 'made'],
    'bedrock:CreateGuardrail': [modelGuardrail, 'made'],
    'bedrock:PutModelInvocationLoggingConfiguration': [service('model-invocation-log'), 'made'],
  }),
  'guardduty:UpdateDetector': switched('enable', detector),
  'macie2:UpdateMacieSession': macieSession,
  'guardduty:CreateIPSet': trustedList,
  'guardduty:UpdateIPSet': trustedList,
  'guardduty:CreateFilter': archiving,
  'guardduty:UpdateFilter': archiving,
  'securityhub:UpdateStandardsControl': standards,
  'logs:CreateLogGroup': ofAuditGroup(makes(group, 'made')),
  'logs:DeleteLogGroup': ofAuditGroup(weakens(group, 'deleted')),
  'logs:DeleteLogStream': ofAuditGroup(weakens(group, 'deleted a stream of')),
  'logs:PutRetentionPolicy': ofAuditGroup(retention),
}
