import { setImmediate as turn } from 'node:timers/promises'
import { stringify } from 'yaml'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { files as disk } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { pinoLog } from '#infra/log/log.ts'
import { Refused } from '#shared/ports/actuator.ts'
import type { ByteSource, Files } from '#shared/ports/sources.ts'
import type { Site } from '#shared/ports/http.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { commands } from '#services/cli/commands.ts'
import type { CloudAccess } from '#services/cli/command.ts'
import { diagnose, type Check } from '#services/doors/diagnose.ts'
import { Report } from '#services/doors/report.ts'
import { dispatch } from '#services/cli/dispatch.ts'
import { noMachine, noQueues } from './machine.ts'

/** Time that passes only while nobody works: hours of `keytrail serve` take as long as the work in them. */
export type PlayedClock = {
  readonly scheduler: Scheduler
  /** Time stands while this is under way. */
  readonly during: <T>(work: Promise<T>) => Promise<T>
  /** Lets so many milliseconds pass. */
  readonly pass: (ms: number) => Promise<void>
  /** Lets time pass until this is done. */
  readonly until: <T>(work: Promise<T>) => Promise<T>
}

export function playedClock(start: number): PlayedClock {
  let now = start
  let busy = 0
  let waiting: { readonly at: number; readonly work: () => void }[] = []
  const during = async <T>(work: Promise<T>): Promise<T> => {
    busy++
    return await work.finally(() => busy--)
  }
  const rest = async (): Promise<void> => {
    do await turn()
    while (busy > 0)
  }
  /** Goes to the next moment at which something is due, no further than `end`; false if there is none. */
  const step = async (end: number): Promise<boolean> => {
    await rest()
    const next = Math.min(...waiting.map(({ at }) => at))
    if (next > end || next === Infinity) return false
    now = Math.max(now, next)
    const due = waiting.filter(({ at }) => at <= now)
    waiting = waiting.filter(({ at }) => at > now)
    for (const { work } of due) work()
    return true
  }
  return {
    during,
    scheduler: {
      now: () => now,
      elapsed: () => now - start,
      soon: (work) => void during(turn().then(work)),
      later(ms, work) {
        const item = { at: now + Math.max(0, ms), work }
        waiting.push(item)
        return () => void (waiting = waiting.filter((each) => each !== item))
      },
    },
    async pass(ms) {
      const end = now + ms
      while (await step(end));
      now = end
    },
    async until(work) {
      let isDone = false
      const end = work.finally(() => (isDone = true))
      end.catch(() => undefined)
      while (!isDone) await step(Infinity)
      return await end
    },
  }
}

type PlayOptions = {
  readonly clock: PlayedClock
  /** The data file; it outlives the process. */
  readonly data: string
  readonly settings: object
  readonly cloud?: Pick<CloudAccess, 'history'>
  /** Hears how far the work has come; throwing is dying there. */
  readonly at?: (point: CrashPoint) => void
}

export type Played = {
  /** What it logged, line by line. */
  readonly log: readonly string[]
  /** What `keytrail doctor` would say now. */
  readonly doctor: () => readonly Check[]
  /** Ends by itself only when it fails. */
  readonly ended: Promise<number>
  /** Asks it to end; the exit status. */
  readonly end: () => Promise<number>
}

/** Starts `keytrail serve` over played time, with the real data file, folders and clients of AWS. Its doors are open to tests alone. */
export function playServe({ clock, data, settings, cloud, at }: PlayOptions): Played {
  const log: string[] = []
  let ask: (signal: string) => void = () => undefined
  const asked = new Promise<string>((resolve) => (ask = resolve))
  let door: Site | undefined
  const output = { write: (text: string) => void log.push(text), isTerminal: false }
  const ended = clock.during(turn()).then(() =>
    dispatch(['serve', '--data', data], commands, {
      stdout: output,
      stderr: output,
      files: filesIn(clock),
      effects: memoryEffects,
      machine: {
        ...noMachine,
        own: ownDataFile,
        cloud: () => Promise.resolve(cloudIn(clock, cloud)),
        listen: ({ site }) => {
          door = site
          return Promise.resolve({ port: 1, close: () => Promise.resolve() })
        },
        scheduler: clock.scheduler,
        log: pinoLog('info', output),
        at: at ?? noMachine.at,
        asked: () => asked,
      },
      environment: {},
      cwd: '/',
      version: 'test',
      readText: (name) => (name === 'keytrail.yaml' ? stringify(settings) : undefined),
    }),
  )
  return {
    log,
    doctor: () => diagnosed(door, clock),
    ended,
    end: () => {
      ask('SIGTERM')
      return clock.until(ended)
    },
  }
}

function diagnosed(door: Site | undefined, { scheduler }: PlayedClock): readonly Check[] {
  const answer = door?.({
    method: 'GET',
    path: '/status.json',
    query: '',
    headers: { host: '127.0.0.1' },
    peer: '127.0.0.1',
    received: scheduler.now(),
  })
  if (!answer || !('body' in answer)) throw new Error('there is no status')
  return diagnose(Report.parse(JSON.parse(String(answer.body))))
}

/** The files of this machine; time stands while they are read. */
const filesIn = ({ during }: PlayedClock): Files => ({
  find: async (paths) => {
    const found = await during(disk.find(paths))
    return { ...found, sources: found.sources.map((source) => slow(source, during)) }
  },
  gunzip: (bytes) => inTurn(disk.gunzip(bytes), during),
})

const slow = (source: ByteSource, during: PlayedClock['during']): ByteSource => ({
  ...source,
  open: (stretch) => inTurn(source.open(stretch), during),
})

async function* inTurn<T>(
  chunks: AsyncIterable<T>,
  during: PlayedClock['during'],
): AsyncGenerator<T> {
  const iterator = chunks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await during(iterator.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    await during(Promise.resolve(iterator.return?.()))
  }
}

/** Nobody is cut here. */
const cloudIn = ({ during }: PlayedClock, cloud?: PlayOptions['cloud']): CloudAccess => ({
  history: (access) => {
    if (!cloud) throw new Error('no event history is asked for')
    const history = cloud.history(access)
    return { ...history, page: (query) => during(history.page(query)) }
  },
  ...noQueues,
  permissions: () => {
    throw new Error('nobody asks for permissions')
  },
  actuator: () => ({
    identity: refused,
    inspect: refused,
    apply: refused,
    readBack: refused,
    undo: refused,
    close: () => undefined,
  }),
})

const refused = (): Promise<never> =>
  Promise.reject(new Refused('no-permission', 'nobody is cut here'))
