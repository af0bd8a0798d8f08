import type { WorkersCluster } from '#shared/config/workers.ts'
import type { TopicForm } from '#shared/ports/topic-admin.ts'
import { hopNames, placesOf } from './places.ts'

const hourMs = 3_600_000
/** The largest message: what is said is split far below, but one record alone may be large. */
const messageMax = 8 << 20

/** The topics by which workers share the work. */
export function topicsOf(
  partitions: number,
  { prefix, copies, keepHours }: Pick<WorkersCluster, 'prefix' | 'copies' | 'keepHours'>,
): TopicForm[] {
  const { count } = placesOf(partitions)
  return hopNames.map((hop) => ({
    topic: `${prefix}.${hop}`,
    partitions: count(hop),
    copies,
    settings: {
      'cleanup.policy': 'delete',
      'retention.ms': String(keepHours * hourMs),
      'max.message.bytes': String(messageMax),
      // Two copies outlive the loss of one broker; one copy alone is for trials.
      'min.insync.replicas': String(Math.min(2, Math.max(1, copies - 1))),
    },
  }))
}

/** `refused`: it cannot be used as it is, and nothing of ours changes it. */
export type TopicPlan = {
  readonly form: TopicForm
  readonly as: 'fine' | 'make' | 'differs' | 'refused'
  readonly says: readonly string[]
}

/**
 * What must be done. A number of partitions is never changed: keys would go to other partitions than the states that know them,
 * in silence.
 */
export function planOf(wanted: readonly TopicForm[], there: readonly TopicForm[]): TopicPlan[] {
  return wanted.map((form) => {
    const found = there.find(({ topic }) => topic === form.topic)
    if (!found) return { form, as: 'make', says: [] }
    if (found.partitions !== form.partitions)
      return {
        form,
        as: 'refused',
        says: [
          `has ${found.partitions} partitions and the settings ask for ${form.partitions}: keys would meet states that do not know them; use another prefix, and an empty database`,
        ],
      }
    const other = Object.entries(form.settings).filter(
      ([name, value]) => found.settings[name] !== value,
    )
    const says = other.map(([name, value]) => `${name} is ${found.settings[name]}, not ${value}`)
    if (found.copies !== form.copies) says.push(`it has ${found.copies} copies, not ${form.copies}`)
    return { form, as: says.length > 0 ? 'differs' : 'fine', says }
  })
}
