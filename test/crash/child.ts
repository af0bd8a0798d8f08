import { appendFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { openDatabase, type Database } from '#infra/sqlite/database.ts'
import { deskPart, sqliteDesk } from '#infra/sqlite/desk.ts'
import { outboxPart, sqliteOutbox } from '#infra/sqlite/outbox.ts'
import type { Part } from '#infra/sqlite/migrate.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import type { Outbox } from '#shared/ports/outbox.ts'
import { frontDesk } from '#services/desk/front.ts'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { durableLoop, type Loop } from '#services/serve/loop.ts'
import type { Participant } from '#services/serve/tell.ts'
import { world } from '#test/properties/world.ts'
import { loopOptions, mappedOf, offerOf, silent, sqliteStores, storeParts } from '#test/serve.ts'

/** One life of the process that is killed. */
export type Life = {
  readonly file: string
  /** Where the receiver writes down what was delivered, a JSON line each. */
  readonly received: string
  /** Which records of test/properties/world.ts come in. */
  readonly seed: number
  /** Stands for code and settings: another one makes the log be judged anew. */
  readonly generation: string
  readonly snapshotMs: number
  readonly keepMs: number
  /** Records that the pushing sender knows to be logged: it sends what comes after them. */
  readonly pushed: number
  /** Where it kills itself; undefined: nowhere. */
  readonly point?: CrashPoint | undefined
}

/** What the parent hears, a JSON line each. */
export type Heard =
  | { readonly kind: 'started'; readonly bookmark: number }
  | { readonly kind: 'logged'; readonly by: 'reader' | 'pusher'; readonly through: number }
  | { readonly kind: 'killed'; readonly at: CrashPoint }
  | { readonly kind: 'done' }

const say = (heard: Heard): void => void process.stdout.write(`${JSON.stringify(heard)}\n`)

/** Units that somebody heard of, without any rule against doubles: they are counted. */
const heardPart: Part = {
  name: 'heard',
  migrations: ['CREATE TABLE heard (position INTEGER NOT NULL, because TEXT NOT NULL) STRICT'],
}

export const parts: readonly Part[] = [...storeParts, deskPart, outboxPart, heardPart]

/** Records that one offer brings. */
const offered = 2

/** The loop on a data file, with a source that reads and one that is pushed to, until both have said all or it is killed. */
export async function live(life: Life): Promise<void> {
  // A process that is killed leaves nothing by itself.
  flushCompileCache()
  const db = openDatabase(life.file, parts)
  const { generation, snapshotMs, keepMs } = life
  const outbox = sqliteOutbox(db)
  const loop = durableLoop(loopOptions({ generation, snapshotMs, keepMs, unitMax: 3 }), {
    ...sqliteStores(db),
    scheduler: systemScheduler,
    log: silent,
    participants: [listener(db), pages(db, outbox)],
    at: killer(life),
    failed: (why) => {
      throw why
    },
  })
  await loop.start()
  say({ kind: 'started', bookmark: Number(loop.bookmark('reader') ?? 0) })
  const { mine, theirs } = shares(life.seed)
  await Promise.all([read(loop, mine, life, outbox), push(loop, theirs, life)])
  deliver(outbox, life)
  loop.close()
  db.close()
  say({ kind: 'done' })
}

const killer =
  ({ point }: Life) =>
  (at: CrashPoint): void => {
    if (at !== point) return
    say({ kind: 'killed', at })
    process.kill(process.pid, 'SIGKILL')
  }

function listener(db: Database): Participant {
  const insert = db.prepare('INSERT INTO heard VALUES (?, ?)')
  return { take: ({ position, changes }) => void insert.run(position, changes.because) }
}

function pages(db: Database, outbox: Outbox): Participant {
  const front = frontDesk({
    desk: sqliteDesk(db),
    send: (notices) => {
      for (const { event } of notices) {
        const { id, handle, kind, at } = event
        const body = JSON.stringify(event)
        outbox.add([{ id, to: 'receiver', incident: handle, event: kind, body }], at)
      }
    },
  })
  return { take: ({ changes, at }) => void front.hear(changes, { at, holdMs: 0 }) }
}

/** Every second record is read by a source that has a bookmark, the others are pushed by a sender that waits for answers. */
function shares(seed: number): { mine: MappedRecord[]; theirs: MappedRecord[] } {
  const all = mappedOf(world(seed).records)
  return { mine: all.filter((_, i) => i % 2 === 0), theirs: all.filter((_, i) => i % 2 === 1) }
}

/** Goes on at its bookmark, which was logged together with the records. */
async function read(
  loop: Loop,
  records: readonly MappedRecord[],
  life: Life,
  outbox: Outbox,
): Promise<void> {
  const from = Number(loop.bookmark('reader') ?? 0)
  for (let at = from; at < records.length; at += offered) {
    const through = Math.min(records.length, at + offered)
    const bookmark = String(through)
    await loop.offer(offerOf(records.slice(at, through), { source: 'reader', bookmark }))
    say({ kind: 'logged', by: 'reader', through })
    deliver(outbox, life)
  }
}

/** Sends again what it has no answer for. */
async function push(loop: Loop, records: readonly MappedRecord[], life: Life): Promise<void> {
  for (let at = life.pushed; at < records.length; at += offered) {
    const through = Math.min(records.length, at + offered)
    await loop.offer(offerOf(records.slice(at, through), { source: 'pusher' }))
    say({ kind: 'logged', by: 'pusher', through })
  }
}

/** At least once: it is written down there before it is written down here that it was. */
function deliver(outbox: Outbox, { received }: Life): void {
  for (;;) {
    const due = outbox.due('receiver', Infinity, 10)
    if (due.length === 0) return
    for (const delivery of due) {
      appendFileSync(received, `${JSON.stringify([delivery.id, delivery.body])}\n`)
      outbox.delivered(delivery, systemScheduler.now())
    }
  }
}
