import { home, places, session, type Actor } from '../../examples/book/actors.ts'
import type { Book } from '../../examples/book/book.ts'

/** People and programs that the scenarios share: a broker that vouches, an orchestrator that reports, agents with a role each. */
export const issuers = [`${home}/role/task-broker`, 'orchestrator']
const source = 'orchestrator'

export const broker = (book: Book): Actor =>
  session('task-broker', 'broker-1', { created: book.time(-1800), place: places.broker })

export function agent(
  book: Book,
  name: string,
  principals = [`arn:aws:iam::${home}:role/${name}-agent`],
): void {
  book.report('agent.registered', -3600, { agent: name, principals, sources: [source], source })
}

export function begin(book: Book, at: number, task: string, by: string, more: object = {}): void {
  book.report('task.started', at, { task, agent: by, source, ...more })
}

export function end(book: Book, at: number, task: string): void {
  book.report('task.ended', at, { task, source })
}

/** The broker lends a task a session of its agent's role, with the task and the agent written on it. */
export const lend = (book: Book, by: string, task: string, at: number, life = 3600): Actor =>
  book.assume(broker(book), `${by}-agent`, task, at, {
    place: places.cluster,
    tags: { task_id: task, agent_id: by },
    life,
  })
