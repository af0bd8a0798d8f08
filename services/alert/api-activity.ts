import type { Use } from '#shared/messages/use.ts'
import { cloudOf, headOf, type OcsfEvent } from './head.ts'
import { safe } from './safe.ts'
import type { Voice } from './voice.ts'

/** Names of things, and of secrets, that one call is told with; characters of a text, since a body has many calls. */
const [namedMax, textMax] = [5, 160]

const short = (text: string): string => safe(text, textMax)

/**
 * A use that a finding stands on, as OCSF 1.8.0 API Activity (6003). Its `metadata.uid` is the record's id, so that it is the
 * same event in every incident, and the one that the SIEM has from CloudTrail. Only what the engine itself keeps of a record is
 * in it: no request or response, so no secret.
 */
export function apiActivity(use: Use, handle: string, voice: Voice): OcsfEvent {
  const { id, at, error, agent, account, region, action, principal } = use
  const [activity_id, activity_name] = activityOf(action)
  const ended = error === 'none' ? '' : ` (${error})`
  return {
    ...headOf(
      {
        class_uid: 6003,
        category_uid: 6,
        activity_id,
        severity: 'info',
        time: at,
        uid: safe(id),
        handle,
      },
      voice,
    ),
    ...(activity_id === other && { activity_name }),
    message: short(`${principal} called ${use.service}:${action}${ended}`),
    status_id: error === 'none' ? 1 : 2,
    ...(error !== 'none' && { status_code: error }),
    ...callOf(use),
    ...(agent !== '' && { http_request: { user_agent: short(agent) } }),
    ...resourcesOf(use),
    ...cloudOf(account, short(region)),
    unmapped: {
      keytrail: {
        incident: handle,
        session: { created: use.created, sourceIdentity: short(use.sourceIdentity) },
        direct: use.direct,
        ...(use.scope !== '' && { issuedTo: short(use.scope) }),
        ...issueOf(use),
        deeds: (use.rare?.deeds ?? []).slice(0, namedMax).map(({ deed, target, outcome }) => ({
          deed,
          target: short(target),
          outcome,
        })),
      },
    },
  }
}

/** Who called what, from where: the same in an event of its own and among the evidence of a finding. */
export function callOf(use: Use) {
  const { principal, key, created, service, action, request, error, address, direct } = use
  const [account = ''] = principal.split('/')
  return {
    actor: {
      user: {
        uid: short(principal),
        type: use.identity,
        ...(key !== '' && { credential_uid: short(key) }),
        ...(/^\d{12}$/.test(account) && { account: { uid: account } }),
      },
      ...(created > 0 && { session: { created_time: created } }),
      ...(!direct && { invoked_by: 'an AWS service' }),
    },
    api: {
      operation: short(action),
      service: { name: short(service) },
      ...(request !== '' && { request: { uid: short(request) } }),
      ...(error !== 'none' && { response: { error } }),
    },
    src_endpoint: address === '' ? { name: 'not in the record' } : { ip: short(address) },
  }
}

function resourcesOf({ rare }: Use) {
  const target = rare?.target
  const named = [
    ...(target === undefined ? [] : [{ name: short(target) }]),
    ...(rare?.secrets ?? [])
      .slice(0, namedMax)
      .map((name) => ({ name: short(name), type: 'secret' })),
  ].filter(({ name }) => name !== '')
  return named.length > 0 ? { resources: named } : {}
}

/** The credential that it made. */
function issueOf({ rare }: Use) {
  const issue = rare?.issue
  if (!issue) return {}
  const { call, key, child, expires } = issue
  return { issued: { call: short(call), key: short(key), principal: short(child), expires } }
}

/** `activity_id` of an action that none of the verbs below tells. */
const other = 99

const verbs: readonly (readonly [number, RegExp])[] = [
  [1, /^(?:Create|Run|Allocate|Issue|Import|Register|Generate|Copy)/],
  [2, /^(?:Get|List|Describe|Head|Lookup|Search|Batch(?:Get|Describe)|Select|Scan|Query|Download)/],
  [3, /^(?:Put|Update|Modify|Attach|Set|Add|Enable|Associate|Tag|Authorize|Change|Start)/],
  [4, /^(?:Delete|Terminate|Remove|Deregister|Release|Purge)/],
]

/** What kind of call it is, by the verb that AWS begins its name with, as OCSF numbers kinds; else the name itself. */
function activityOf(action: string): readonly [number, string] {
  const found = verbs.find(([, begins]) => begins.test(action))
  return found ? [found[0], ''] : [other, short(action)]
}
