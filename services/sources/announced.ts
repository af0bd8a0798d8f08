import type { ObjectPlace } from '#shared/ports/queue.ts'

/** What a message of a queue says of objects. */
export type Announced =
  | {
      readonly as: 'objects'
      readonly places: readonly ObjectPlace[]
      /** Which of what it tells of are no places: their ordinals, as text. */
      readonly odd: readonly string[]
    }
  /** It says nothing that matters, such as that notifications were set up, or that an object is gone. */
  | { readonly as: 'nothing' }
  /** It tells of no objects. */
  | { readonly as: 'other' }

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldsIn = (value: unknown, name: string): Fields => {
  const inner = isFields(value) ? value[name] : undefined
  return isFields(inner) ? inner : {}
}

/** SNS around EventBridge around the notification is as deep as it gets. */
const wrappersMax = 4

/**
 * Reads what S3 or CloudTrail tell of new objects: event notifications of S3 (S3 User Guide, "event message structure"),
 * through SNS and through EventBridge too, and the notifications of a trail itself (CloudTrail User Guide, "SNS notifications").
 */
export function announcedIn(text: string, depth = 0): Announced {
  if (text.startsWith(validation)) return { as: 'nothing' }
  const value = parse(text)
  if (!isFields(value) || depth > wrappersMax) return { as: 'other' }
  if (typeof value['Message'] === 'string' && value['Type'] === 'Notification')
    return announcedIn(value['Message'], depth + 1)
  if (value['Event'] === 's3:TestEvent' || isSetUp(value)) return { as: 'nothing' }
  if (value['source'] === 'aws.s3' && isFields(value['detail'])) return byEventBridge(value)
  if (typeof value['s3Bucket'] === 'string' && Array.isArray(value['s3ObjectKey']))
    return byTrail(value['s3Bucket'], value['s3ObjectKey'])
  const { Records } = value
  if (Array.isArray(Records) && Records.length > 0 && Records.every(isFromS3))
    return placesOf(Records.filter(isCreation).map(byNotification))
  return { as: 'other' }
}

/** A trail whose topic was set tries it with this text, which is no JSON. */
const validation = 'CloudTrail validation message.'

/** SNS asks whether the queue wants the topic, or no longer (SNS Developer Guide, "message formats"). */
const isSetUp = (value: Fields): boolean =>
  (value['Type'] === 'SubscriptionConfirmation' || value['Type'] === 'UnsubscribeConfirmation') &&
  typeof value['TopicArn'] === 'string'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isFromS3 = (record: unknown): record is Fields =>
  isFields(record) && record['eventSource'] === 'aws:s3' && isFields(record['s3'])

const isCreation = ({ eventName }: Fields): boolean =>
  typeof eventName === 'string' && eventName.startsWith('ObjectCreated:')

function placesOf(found: readonly (ObjectPlace | undefined)[]): Announced {
  if (found.length === 0) return { as: 'nothing' }
  const places = found.filter((place) => place !== undefined)
  const odd = found.flatMap((place, n) => (place === undefined ? [`object ${n + 1}`] : []))
  return { as: 'objects', places, odd }
}

function byNotification(record: Fields): ObjectPlace | undefined {
  const { bucket, object } = fieldsIn({ of: record['s3'] }, 'of')
  const { key, versionId } = fieldsIn({ object }, 'object')
  // Here, and only here, keys are written as forms write them.
  const decoded = typeof key === 'string' ? unescaped(key) : undefined
  return placeOf(fieldsIn({ bucket }, 'bucket')['name'], decoded, versionId)
}

function byEventBridge(event: Fields): Announced {
  const { bucket, object } = fieldsIn(event, 'detail')
  if (event['detail-type'] !== 'Object Created') {
    // Calls of S3 that CloudTrail saw come in such an event too.
    return bucket === undefined ? { as: 'other' } : { as: 'nothing' }
  }
  const { key, 'version-id': version } = fieldsIn({ object }, 'object')
  return placesOf([placeOf(fieldsIn({ bucket }, 'bucket')['name'], key, version)])
}

const byTrail = (bucket: string, keys: readonly unknown[]): Announced =>
  placesOf(keys.map((key) => placeOf(bucket, key, undefined)))

function placeOf(bucket: unknown, key: unknown, version: unknown): ObjectPlace | undefined {
  if (typeof bucket !== 'string' || typeof key !== 'string' || key === '') return undefined
  return { bucket, key, ...(typeof version === 'string' && version !== '' && { version }) }
}

function unescaped(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
