/** CloudTrail records. Two field orders occur in the wild; both are written. */
import { u32 } from './chance.mjs'
import { iso } from './clock.mjs'
import { accountOf, agentId, hash16, regions, taskId } from './names.mjs'
import { bornAt, depthOf, key, taskAgent, taskOf } from './tokens.mjs'

export function record({
  ui,
  time,
  src,
  name,
  region,
  addr,
  agent,
  acct,
  req,
  res = 'null',
  extra = '',
  reqId,
  id,
  ro,
  category = 'Management',
  resources = '',
  error = '',
  version = '1.11',
  tls = true,
  type = 'AwsApiCall',
  console = false,
  vpce = '',
}) {
  const t = tls
    ? `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"${src.replace('.amazonaws.com', '')}.${region}.amazonaws.com"}`
    : ''
  const c = console ? ',"sessionCredentialFromConsole":"true"' : ''
  const controlReads = category === 'Management'
  if (u32() % 10 === 0)
    return `{"awsRegion":"${region}"${error},"eventCategory":"${category}","eventID":"${id}","eventName":"${name}","eventSource":"${src}","eventTime":"${time}","eventType":"${type}","eventVersion":"${version}","managementEvent":${controlReads},"readOnly":${ro},"recipientAccountId":"${acct}","requestID":"${reqId}","requestParameters":${req}${resources},"responseElements":${res}${c},"sourceIPAddress":"${addr}"${t},"userAgent":"${agent}","userIdentity":${ui}${vpce}}`
  return `{"eventVersion":"${version}","userIdentity":${ui},"eventTime":"${time}","eventSource":"${src}","eventName":"${name}","awsRegion":"${region}","sourceIPAddress":"${addr}","userAgent":"${agent}"${error},"requestParameters":${req},"responseElements":${res}${extra},"requestID":"${reqId}","eventID":"${id}","readOnly":${ro}${resources},"eventType":"${type}","managementEvent":${controlReads},"recipientAccountId":"${acct}"${vpce},"eventCategory":"${category}"${t}${c}}`
}
export function sessionIdentity(tok) {
  const t = taskOf[tok],
    a = taskAgent[t],
    acct = accountOf(a),
    role = depthOf[tok] ? `agent-step-${depthOf[tok]}-${a % 97}` : `agent-task-role-${a}`
  const name = depthOf[tok] ? `botocore-session-${1759600000 + tok}` : taskId(t),
    aroa = `AROA${hash16(a * 8 + depthOf[tok])}`
  const scope =
    !depthOf[tok] && (a & 3) === 0
      ? `,"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:${regions[a & 3]}:${acct}:function:agent-runner-${a}"}`
      : ''
  return `{"type":"AssumedRole","principalId":"${aroa}:${name}","arn":"arn:aws:sts::${acct}:assumed-role/${role}/${name}","accountId":"${acct}","accessKeyId":"${key(tok)}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"${aroa}","arn":"arn:aws:iam::${acct}:role/agents/${role}","accountId":"${acct}","userName":"${role}"},${a & 1 ? '"webIdFederationData":{},' : ''}"attributes":{"creationDate":"${iso(bornAt[tok])}Z","mfaAuthenticated":"false"},"sourceIdentity":"${agentId(a)}"}${scope}}`
}
