/** Agent telemetry, as posted to a small agent API. */
import { chance, h8, HEX, int, pick, uuid } from './chance.mjs'
import { clock, iso, isoMs } from './clock.mjs'
import { activityId, agentId, taskId } from './names.mjs'
import { emit } from './output.mjs'
import { expiresAt, key, taskAgent, taskEnd } from './tokens.mjs'

export const whose = (t) => `"agentId":"${agentId(taskAgent[t])}","taskId":"${taskId(t)}"`
export function started(t, at = clock.now) {
  emit(
    'task.started',
    `{"kind":"task.started","id":"${activityId('s', t)}","time":"${isoMs(at)}",${whose(t)},"onBehalfOf":"user-${t % 4000}@example.com","intent":"${pick(['summarise tickets', 'nightly export', 'triage alerts', 'answer customer question', 'rebuild index', 'cost report'])} ${HEX[t & 65535]}","scope":["s3:read","dynamodb:read","bedrock:invoke"],"runtime":{"name":"agent-runner","version":"4.${taskAgent[t] % 9}.1","platform":"ecs"}}`,
    true,
  )
}
export function ended(t) {
  taskEnd[t] = clock.now
  emit(
    'task.ended',
    `{"kind":"task.ended","id":"${activityId('e', t)}","time":"${isoMs(clock.now)}",${whose(t)},"outcome":"${chance() < 0.93 ? 'succeeded' : 'failed'}","usage":{"inputTokens":${int(90000)},"outputTokens":${int(9000)},"toolCalls":${int(60)}}}`,
    true,
  )
}
let handovers = 0
export function leased(tok, t, at = clock.now, from = -1) {
  const id = from < 0 ? activityId('i', tok) : activityId('h', handovers++)
  emit(
    'credential.issued',
    `{"kind":"credential.issued","id":"${id}","time":"${isoMs(at)}",${whose(t)},"credential":{"type":"aws_session","accessKeyId":"${key(tok)}","expiresAt":"${iso(expiresAt[tok])}Z"},"issuer":"broker"${from < 0 ? '' : `,"delegatedFrom":"${taskId(from)}"`}}`,
    true,
  )
  return id
}
let calls = 0
export function called(tok, t, requestId) {
  const id = activityId('c', calls++)
  emit(
    'tool.called',
    `{"kind":"tool.called","id":"${id}","time":"${isoMs(clock.now)}",${whose(t)},"toolCallId":"call_${h8()}${h8()}${h8()}","tool":"${pick(['aws.s3.get', 'aws.dynamodb.query', 'mcp.search_documents', 'aws.athena.run', 'code.execute'])}","model":"claude-opus-5","credential":{"type":"aws_session","accessKeyId":"${key(tok)}"},"awsRequestIds":["${requestId}"],"status":"ok","durationMs":${int(4000)},"attributes":{"gen_ai.operation.name":"execute_tool","gen_ai.conversation.id":"${uuid()}","server.address":"tools-${taskAgent[t] % 50}.internal"}}`,
    true,
  )
  return id
}
