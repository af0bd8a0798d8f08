/** Uses of session keys, and the records that issue them. */
import { blob, chance, hexUpper, pick, u32, uuid } from './chance.mjs'
import { big, controlReads, errors, reads, writes } from './calls.mjs'
import { clock, expiryText, iso } from './clock.mjs'
import { accountOf, accounts, agentId, hash16, ip, keyId, regions, taskId, ua } from './names.mjs'
import { HOUR, options } from './options.mjs'
import { emit } from './output.mjs'
import { record, sessionIdentity } from './record.mjs'
import { leased } from './telemetry.mjs'
import {
  busy,
  children,
  depthOf,
  expiresAt,
  key,
  lastUse,
  lifetime,
  newToken,
  parentOf,
  placeOf,
  programOf,
  taskAgent,
  taskOf,
} from './tokens.mjs'

/** Where the owner of this key calls from: three agents in ten through a VPC endpoint, the others through a NAT address. */
export function home(tok, i = placeOf[tok]) {
  const a = taskAgent[taskOf[tok]]
  return a % 10 > 6 ? `10.${a & 255}.${(i >>> 2) & 255}.${(i * 7) & 255}` : ip(i)
}
/** One use of a session key. x: overrides (addr, agent, what, region, error). Returns {id, requestId}. */
export function use(tok, x = {}) {
  const a = taskAgent[taskOf[tok]],
    acct = accountOf(a),
    p = chance()
  const w = (
    x.what ??
    (chance() < +options.tail
      ? big
      : p < 0.78
        ? pick(reads)
        : p < 0.9
          ? pick(controlReads)
          : pick(writes))
  )(a, acct)
  const addr = x.addr ?? home(tok),
    inVpc = addr.startsWith('10.'),
    id = uuid(),
    requestId = hexUpper(16)
  emit(
    'use',
    record({
      ui: sessionIdentity(tok),
      time: iso(clock.now) + 'Z',
      region: x.region ?? regions[a & 3],
      addr,
      agent: x.agent ?? ua(programOf[tok]),
      acct,
      reqId: requestId,
      id,
      error: x.error ?? (u32() % 50 === 0 ? pick(errors) : ''),
      vpce: inVpc
        ? `,"vpcEndpointId":"vpce-0${hash16(a % 60)
            .slice(0, 16)
            .toLowerCase()}","vpcEndpointAccountId":"${acct}"`
        : '',
      ...w,
    }),
  )
  if (busy[tok] && !x.service) lastUse.set(tok, { id, t: clock.now })
  return { id, requestId }
}
export const credentialsText = (k, exp) =>
  `"credentials":{"accessKeyId":"${k}","sessionToken":"IQoJb3JpZ2luX2VjE${blob(360)}","expiration":"${expiryText(exp)}"}`
/** The AssumeRole record that issued child `tok`, signed by its parent. */
export function assumed(tok) {
  const p = parentOf[tok],
    a = taskAgent[taskOf[tok]],
    acct = accountOf(a),
    role = `arn:aws:iam::${acct}:role/agents/agent-step-${depthOf[tok]}-${a % 97}`,
    name = `botocore-session-${1759600000 + tok}`
  return use(p, {
    error: '',
    what: () => ({
      src: 'sts.amazonaws.com',
      name: 'AssumeRole',
      req: `{"roleArn":"${role}","roleSessionName":"${name}","durationSeconds":3600}`,
      res: `{${credentialsText(key(tok), expiresAt[tok])},"assumedRoleUser":{"assumedRoleId":"AROA${hash16(a * 8 + depthOf[tok])}:${name}","arn":"${role.replace(':iam:', ':sts:').replace(':role/agents/', ':assumed-role/')}/${name}"},"sourceIdentity":"${agentId(a)}"}`,
      resources: `,"resources":[{"accountId":"${acct}","type":"AWS::IAM::Role","ARN":"${role}"}]`,
      ro: true,
    }),
  })
}
/** A root key: the STS record of the broker (or of the agent's web identity), then the lease in telemetry. */
export const brokerKeys = accounts.map((c, i) => keyId('ASIA', c, 0x7000000000 + i))
export function issueRoot(t) {
  const tok = newToken(t, -1, clock.now, clock.now + lifetime()),
    a = taskAgent[t],
    acct = accountOf(a),
    role = `agent-task-role-${a}`,
    web = (tok & 1) === 1,
    id = uuid()
  const res = `{${credentialsText(key(tok), expiresAt[tok])},"assumedRoleUser":{"assumedRoleId":"AROA${hash16(a * 8)}:${taskId(t)}","arn":"arn:aws:sts::${acct}:assumed-role/${role}/${taskId(t)}"},"sourceIdentity":"${agentId(a)}"}`
  emit(
    'issue',
    record({
      ui: web
        ? `{"type":"WebIdentityUser","principalId":"arn:aws:iam::${acct}:oidc-provider/oidc.agents.example:sts.amazonaws.com:system:serviceaccount:agents:${agentId(a)}","userName":"system:serviceaccount:agents:${agentId(a)}","identityProvider":"arn:aws:iam::${acct}:oidc-provider/oidc.agents.example"}`
        : `{"type":"AssumedRole","principalId":"AROABROKER${acct}:broker","arn":"arn:aws:sts::${acct}:assumed-role/credential-broker/broker","accountId":"${acct}","accessKeyId":"${brokerKeys[accounts.indexOf(acct)]}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROABROKER${acct}","arn":"arn:aws:iam::${acct}:role/credential-broker","accountId":"${acct}","userName":"credential-broker"},"attributes":{"creationDate":"${iso(Math.floor(clock.now / HOUR) * HOUR)}Z","mfaAuthenticated":"false"}}}`,
      time: iso(clock.now) + 'Z',
      src: 'sts.amazonaws.com',
      name: web ? 'AssumeRoleWithWebIdentity' : 'AssumeRole',
      region: regions[a & 3],
      addr: web ? ip(placeOf[tok]) : ip(900000 + (a % 40)),
      agent: ua(web ? programOf[tok] : 0),
      acct,
      req: `{"roleArn":"arn:aws:iam::${acct}:role/agents/${role}","roleSessionName":"${taskId(t)}","durationSeconds":${Math.round(expiresAt[tok] - clock.now)},"sourceIdentity":"${agentId(a)}","tags":[{"key":"task","value":"${taskId(t)}"},{"key":"agent","value":"${agentId(a)}"}]}`,
      res,
      resources: `,"resources":[{"accountId":"${acct}","type":"AWS::IAM::Role","ARN":"arn:aws:iam::${acct}:role/agents/${role}"}]`,
      extra: `,"additionalEventData":{"RequestDetails":{"awsServingRegion":"${regions[a & 3]}","endpointType":"regional"}}`,
      reqId: uuid(),
      id,
      ro: true,
    }),
  )
  leased(tok, t)
  return tok
}
export function addChild(parent) {
  const tok = newToken(
    taskOf[parent],
    parent,
    clock.now,
    Math.min(expiresAt[parent], clock.now + HOUR),
  )
  assumed(tok)
  if (!busy[parent]) children.push(tok)
  return tok
}
