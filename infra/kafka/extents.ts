import { Transient } from '#shared/errors.ts'
import { clientOf, type ClusterAccess } from './client.ts'

/** What the brokers have of a partition: the offset of its first message, and the one behind its last. */
export type Extent = { readonly partition: number; readonly low: number; readonly high: number }

/** Who asks how much the brokers have of a topic; its connections stay open between two questions. */
export type Surveyor = {
  /** @throws Transient in words, if there is no answer or no such topic */
  readonly extents: () => Promise<readonly Extent[]>
  readonly close: () => Promise<void>
}

/** Who asks for a topic is told soon that there is no answer. */
const retries = 5

export function surveyor(access: ClusterAccess, topic: string): Surveyor {
  const { kafka, hangUp } = clientOf(access, retries)
  const admin = kafka.admin()
  return {
    async extents() {
      try {
        await admin.connect()
        const found = await admin.fetchTopicOffsets(topic)
        return found.map(({ partition, low, high }) => ({
          partition,
          low: Number(low),
          high: Number(high),
        }))
      } catch (cause) {
        throw new Transient(`asking for the topic ${topic}`, { cause })
      }
    },
    async close() {
      await admin.disconnect().catch(() => undefined)
      hangUp()
    },
  }
}
