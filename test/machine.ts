import { manualScheduler } from '#infra/memory/scheduler.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import type { Machine } from '#services/cli/command.ts'
import { silent } from './serve.ts'

/** A machine for commands that end by themselves: it keeps nothing, and nobody asks it to end. */
export const noMachine: Machine = {
  own: (file) => {
    throw new Error(`no command under test serves a data file: ${file}`)
  },
  beside: openBeside,
  backUp: () => {
    throw new Error('no command under test copies a data file')
  },
  restore: () => {
    throw new Error('no command under test restores a data file')
  },
  chance: (bytes) => new Uint8Array(bytes),
  user: () => 'operator',
  cloud: () => Promise.reject(new Error('no command under test asks AWS')),
  listen: () => {
    throw new Error('no command under test listens')
  },
  topics: () => Promise.resolve(new Map()),
  hopLog: () => Promise.reject(new Error('no command under test follows topics')),
  seats: () => Promise.reject(new Error('no command under test shares work')),
  name: () => 'test',
  topicAdmin: () => Promise.reject(new Error('no command under test looks at topics')),
  senders: () => new Map(),
  scheduler: manualScheduler(0),
  log: silent,
  at: () => undefined,
  asked: () => new Promise<string>(() => undefined),
}

/** For a cloud in which nothing is queued. */
export const noQueues = {
  queue: () => {
    throw new Error('nobody reads a queue')
  },
  buckets: () => {
    throw new Error('nobody reads a bucket')
  },
}
