import type { TopicSource } from '#shared/config/kafka.ts'
import { reasonOf, Transient, Unusable } from '#shared/errors.ts'
import type { Topic } from '#shared/ports/topic.ts'
import { accessOf, type AccessOptions } from './access.ts'
import { kafkaTopic } from './topic.ts'

/**
 * The topics of the settings, by the name of their source. Certificates and passwords are read now, so that a mistake is told
 * at the start, and again whenever a reading begins, so that they can be replaced.
 *
 * @throws Unusable if a file or a secret is missing
 */
export const topicsOf = (
  sources: readonly TopicSource[],
  options: AccessOptions,
): ReadonlyMap<string, Topic> =>
  new Map(sources.map((source) => [source.name, topicOf(source, options)]))

function topicOf(source: TopicSource, options: AccessOptions): Topic {
  const { name, topic, group = `keytrail-${name}` } = source
  const access = () => accessOf(source, `topics: ${name}`, options)
  access()
  return {
    async read(handler, begin) {
      return await kafkaTopic(accessNow(access), { topic, group }).read(handler, begin)
    },
  }
}

function accessNow<T>(access: () => T): T {
  try {
    return access()
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown
    throw new Transient('reading a secret', { cause: reasonOf(thrown) })
  }
}
