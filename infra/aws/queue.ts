import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs'
import { Transient } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Queue, QueuedMessage } from '#shared/ports/queue.ts'
import { sqsClient } from './clients.ts'

/** Most messages that one call gives (SQS API Reference, ReceiveMessage). */
const atOnce = 10
/** How long a call waits for the first message, s; a program that is asked to end waits so long at the most. */
const waitSeconds = 5

/** A standard queue of SQS. @throws Unusable for an endpoint that is not AWS's, unless the access allows it */
export function sqsQueue(
  access: AwsAccess,
  region: string,
  url: string,
): Queue & { readonly close: () => void } {
  const client = sqsClient(access, region)
  const queue = { QueueUrl: url }
  const told = async <T>(doing: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (cause) {
      throw new Transient(`${doing} the queue ${url}${adviceFor((cause as Error).name)}`, { cause })
    }
  }
  return {
    receive: async (hideSeconds) =>
      await told('reading', async () => {
        const command = new ReceiveMessageCommand({
          ...queue,
          MaxNumberOfMessages: atOnce,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: hideSeconds,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        })
        const { Messages = [] } = await client.send(command)
        return Messages.map(messageOf)
      }),
    hide: async ({ receipt }, seconds) =>
      await told('keeping a message of', async () => {
        const hidden = { ...queue, ReceiptHandle: receipt, VisibilityTimeout: seconds }
        try {
          await client.send(new ChangeMessageVisibilityCommand(hidden))
          return true
        } catch (error) {
          if (
            /MessageNotInflight|ReceiptHandleIsInvalid|InvalidParameterValue/.test(
              (error as Error).name,
            )
          )
            return false
          throw error
        }
      }),
    remove: async ({ receipt }) =>
      await told('removing a message of', async () => {
        await client.send(new DeleteMessageCommand({ ...queue, ReceiptHandle: receipt }))
      }),
    counts: async () =>
      await told('counting the messages of', async () => {
        const AttributeNames = [...counted]
        const { Attributes = {} } = await client.send(
          new GetQueueAttributesCommand({ ...queue, AttributeNames }),
        )
        const [waiting = 0, inHand = 0] = counted.map((name) => Number(Attributes[name] ?? 0))
        return { waiting, inHand }
      }),
    close: () => client.destroy(),
  }
}

const counted = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const

const messageOf = (message: Message): QueuedMessage => ({
  id: message.MessageId ?? '',
  receipt: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  times: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
  ...sentOf(message.Attributes?.SentTimestamp),
})

const sentOf = (stamp: string | undefined): Pick<QueuedMessage, 'sent'> =>
  stamp === undefined ? {} : { sent: Number(stamp) }

/** What a person can do about it. */
function adviceFor(name: string): string {
  if (/AccessDenied/.test(name))
    return ' (the reader role needs sqs:ReceiveMessage, DeleteMessage, ChangeMessageVisibility and GetQueueAttributes on it, see docs/connect-aws.md)'
  if (/NonExistentQueue|QueueDoesNotExist/.test(name)) return ' (there is no such queue)'
  return ''
}
