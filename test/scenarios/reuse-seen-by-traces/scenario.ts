import { digest } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import { agent, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('traces')
agent(book, 'ledger')
const key = lend(book, 'ledger', 'invoices', 5)
const own = book.call(key, 's3:GetBucketTagging', 10)
const foreign = book.call(key, 's3:GetBucketTagging', 100)

const text = (name: string, value: string) => ({ key: name, value: { stringValue: value } })
const nanos = (seconds: number): string => `${Date.parse(book.time(seconds))}000000`

/** One tool call as an agent framework traces it, with the AWS span below it. */
function trace(task: string, at: number, request: string): unknown {
  const traceId = digest(`trace ${task}`).slice(0, 32)
  const toolId = digest(`tool ${task} ${at}`).slice(0, 16)
  const times = { startTimeUnixNano: nanos(at - 1), endTimeUnixNano: nanos(at + 1) }
  const tool = {
    traceId,
    spanId: toolId,
    name: 'execute_tool read_bucket',
    ...times,
    attributes: [
      text('gen_ai.operation.name', 'execute_tool'),
      text('gen_ai.tool.name', 'read_bucket'),
      text('gen_ai.task.id', task),
      text('gen_ai.agent.id', 'ledger'),
      text('gen_ai.tool.call.arguments', 'must never be kept'),
    ],
  }
  const call = {
    traceId,
    spanId: digest(`aws ${task} ${at}`).slice(0, 16),
    parentSpanId: toolId,
    name: 'S3.GetBucketTagging',
    ...times,
    attributes: [text('rpc.system', 'aws-api'), text('aws.request_id', request)],
  }
  const resource = { attributes: [text('service.name', 'ledger-runner')] }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans: [tool, call] }] }] }
}

const register = {
  kind: 'agent.registered',
  id: 'ledger may be traced',
  time: book.time(-60),
  agent: 'ledger',
  source: 'orchestrator',
  sources: ['otlp:ledger-runner'],
}

export const scenario: Scenario = {
  story: 'traces of two tasks meet CloudTrail by request id, and both used the credential of one',
  records: [...book.all, register, trace('invoices', 10, own), trace('reminders', 100, foreign)],
  issuers,
}
