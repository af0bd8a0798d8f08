import { fromAthena, isAthenaRow } from './athena.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Something inside a wrapper: a value, JSON text, or base64 of JSON text that may be compressed. */
export type Inner = {
  readonly form: 'value' | 'text' | 'base64'
  readonly value: unknown
  /** Which field of the wrapper it was, such as `Messages[3]`. */
  readonly field: string
}

/** What a wrapper turns out to be. */
export type Opened =
  /** Each item is made as it is asked for: a list may have more of them than anybody takes. */
  | { readonly as: 'inside'; readonly items: Iterable<Inner> }
  | { readonly as: 'ignored'; readonly reason: string }
  | { readonly as: 'refused'; readonly reason: string; readonly field: string }
  | { readonly as: 'record'; readonly value: unknown }

type Wrapper = {
  readonly is: (value: Fields) => boolean
  readonly open: (value: Fields) => Opened
}

const isText = (value: unknown): value is string => typeof value === 'string'

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const part = (value: unknown, name: string): Fields => {
  const inner = isFields(value) ? value[name] : undefined
  return isFields(inner) ? inner : {}
}

const ignored = (reason: string) => (): Opened => ({ as: 'ignored', reason })
const refused = (field: string, reason: string) => (): Opened => ({ as: 'refused', field, reason })
const record = (value: unknown): Opened => ({ as: 'record', value })

const one = (form: Inner['form'], value: unknown, field: string): Opened => ({
  as: 'inside',
  items: [{ form, value, field }],
})

const each = (list: unknown, field: string): Opened => ({
  as: 'inside',
  items: Array.isArray(list) ? itemsOf(list, field) : [],
})

function* itemsOf(list: readonly unknown[], field: string): Generator<Inner> {
  for (const [i, value] of list.entries()) yield { form: 'value', value, field: `${field}[${i}]` }
}

/** A text field that holds the record: `text('CloudTrailEvent')`. */
const textIn =
  (name: string) =>
  (value: Fields): Opened =>
    one('text', value[name], name)

const listIn =
  (name: string) =>
  (value: Fields): Opened =>
    each(value[name], name)

const hasText =
  (...names: readonly string[]) =>
  (value: Fields): boolean =>
    names.every((name) => isText(value[name]))

const hasList =
  (name: string) =>
  (value: Fields): boolean =>
    Array.isArray(value[name])

const announces = 'it announces objects, it holds no audit records; download the objects'

/** Files that lie beside the log files in a trail's bucket. */
const besideTheLogs: readonly Wrapper[] = [
  // CloudTrail digest file structure (CloudTrail User Guide): a signed list of log files.
  {
    is: (value) =>
      'digestPublicKeyFingerprint' in value ||
      ('digestStartTime' in value && Array.isArray(value['logFiles'])),
    open: ignored('CloudTrail digest'),
  },
  {
    is: (value) =>
      value['eventCategory'] === 'Insight' ||
      'insightDetails' in value ||
      value['eventType'] === 'AwsCloudTrailInsight',
    open: ignored('CloudTrail insight event'),
  },
]

/** What tells of records without holding them. */
const lookAlikes: readonly Wrapper[] = [
  {
    is: (value) =>
      value['eventSource'] === 'aws:s3' ||
      (value['source'] === 'aws.s3' &&
        'detail' in value &&
        !('eventName' in part(value, 'detail'))),
    open: refused('eventSource', `S3 event notification: ${announces}`),
  },
  {
    is: (value) => isText(value['s3Bucket']) && Array.isArray(value['s3ObjectKey']),
    open: refused('s3ObjectKey', `CloudTrail delivery notification: ${announces}`),
  },
  { is: (value) => value['Event'] === 's3:TestEvent', open: ignored('S3 test event') },
  {
    is: (value) => value['Type'] === 'SubscriptionConfirmation' && 'TopicArn' in value,
    open: ignored('SNS subscription confirmation'),
  },
]

/** Envelopes in which AWS delivers records. Shapes: the services' developer guides. */
const envelopes: readonly Wrapper[] = [
  { is: hasText('CloudTrailEvent'), open: textIn('CloudTrailEvent') },
  {
    is: (value) => isText(value['detail-type']) && isFields(value['detail']),
    open: openEventBridge,
  },
  {
    is: (value) => value['messageType'] === 'CONTROL_MESSAGE',
    open: ignored('CloudWatch Logs control message'),
  },
  { is: hasList('logEvents'), open: listIn('logEvents') },
  {
    is: (value) => 'data' in part(value, 'awslogs'),
    open: (value) => one('base64', part(value, 'awslogs')['data'], 'awslogs.data'),
  },
  {
    is: (value) => value['Type'] === 'Notification' && isText(value['Message']),
    open: textIn('Message'),
  },
  {
    is: (value) => isText(part(value, 'Sns')['Message']),
    open: (value) => one('text', part(value, 'Sns')['Message'], 'Sns.Message'),
  },
  { is: hasText('Body', 'MessageId'), open: textIn('Body') },
  { is: hasText('body', 'messageId'), open: textIn('body') },
  {
    is: (value) => isText(part(value, 'kinesis')['data']),
    open: (value) => one('base64', part(value, 'kinesis')['data'], 'kinesis.data'),
  },
  { is: hasText('recordId', 'data'), open: (value) => one('base64', value['data'], 'data') },
  { is: hasText('Data', 'SequenceNumber'), open: (value) => one('base64', value['Data'], 'Data') },
  ...['Records', 'records', 'Events', 'Messages'].map((name) => ({
    is: hasList(name),
    open: listIn(name),
  })),
  {
    is: hasList('events'),
    open: listIn('events'),
  },
]

/** The field of a stored dead letter that holds what could not be read. */
export const letterField = 'letter'

/** A dead letter that somebody kept: what it holds is tried again. */
const storedLetter: Wrapper = {
  is: (value) =>
    hasText('id', 'reason', 'field', 'source', 'text')(value) &&
    typeof value['offset'] === 'number',
  open: (value) => one('text', value['text'], letterField),
}

/** What other tools make of the records when they export them. */
const exports: readonly Wrapper[] = [
  {
    is: (value) => Array.isArray(part(value, 'hits')['hits']),
    open: (value) => each(part(value, 'hits')['hits'], 'hits.hits'),
  },
  {
    is: (value) => isFields(value['_source']),
    open: (value) => one('value', value['_source'], '_source'),
  },
  {
    is: (value) => isText(part(value, 'event')['original']),
    open: (value) => one('text', part(value, 'event')['original'], 'event.original'),
  },
  {
    is: (value) =>
      isFields(part(value, 'aws')['cloudtrail']) || 'aws.cloudtrail.event_type' in value,
    open: refused(
      'event.original',
      'Elastic export without event.original: its fields are not the whole record',
    ),
  },
  {
    is: (value) => typeof value['class_uid'] === 'number' && isText(value['raw_data']),
    open: textIn('raw_data'),
  },
  {
    is: (value) => typeof value['class_uid'] === 'number',
    open: refused('raw_data', 'OCSF event without raw_data: its fields are not the whole record'),
  },
  {
    is: (value) => isText(part(value, 'result')['_raw']),
    open: (value) => one('text', part(value, 'result')['_raw'], 'result._raw'),
  },
  {
    is: (value) => isFields(value['result']) && 'preview' in value,
    open: refused('result._raw', 'Splunk export without _raw'),
  },
  { is: hasText('_raw'), open: textIn('_raw') },
  { is: (value) => Array.isArray(value['results']), open: listIn('results') },
  { is: isAthenaRow, open: openAthenaRow },
  { is: isLogEvent, open: textIn('message') },
]

const wrappers: readonly Wrapper[] = [
  ...besideTheLogs,
  ...lookAlikes,
  storedLetter,
  ...envelopes,
  ...exports,
]

/** Opens one layer around a record. What no wrapper is, is the record itself. */
export function openWrapper(value: Fields): Opened {
  for (const wrapper of wrappers) if (wrapper.is(value)) return wrapper.open(value)
  return record(value)
}

/** A log event of CloudWatch Logs, or a line of a log shipper, whose message is the record. */
function isLogEvent(value: Fields): boolean {
  if (!isText(value['message']) || 'eventName' in value) return false
  const marks = ['timestamp', 'ingestionTime', 'eventId', 'logStreamName', '@timestamp', '@version']
  return marks.some((name) => name in value)
}

/** Events that are no CloudTrail records, such as those of AWS Health, stay in their envelope: it names their kind. */
function openEventBridge(value: Fields): Opened {
  const detail = part(value, 'detail')
  const isAudit = 'eventVersion' in detail || 'eventSource' in detail || 'eventCategory' in detail
  return isAudit ? one('value', detail, 'detail') : record(value)
}

function openAthenaRow(value: Fields): Opened {
  const row = fromAthena(value)
  return isText(row)
    ? { as: 'refused', field: 'useridentity', reason: row }
    : one('value', row, 'row')
}
