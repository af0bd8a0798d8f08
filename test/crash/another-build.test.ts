import type { DataFile } from '#shared/ports/data-file.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { caseStates, type DeskEvent } from '#shared/messages/desk.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { batchFrom } from '#services/serve/batch.ts'
import { account, type AgentName, type Company, type Held } from '#test/simulator/company.ts'
import { realTime } from '#test/simulator/time.ts'
import { read, secret } from '#test/simulator/work.ts'
import { builds } from './builds.ts'
import { replayOf } from './input.ts'
import { killAll, lastLife, lifeOf } from './life.ts'
import { townOf, type Town } from './town.ts'
import { ordersIn, type Theft } from './traffic.ts'
import { isSettled, verdictOn } from './verdict.ts'

/**
 * SEMANTICS F5 as it happens: `serve` is killed while it contains, and another build starts on its data file, beside the same
 * cloud. It has a detection and a facet more, and a detection less.
 */

/** How long the test waits for anything. */
const patienceMs = 90_000
const lookMs = 200
/** Above the threshold of a harvest. */
const secretsRead = 12

let town: Town
let cache: string
beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'keytrail-crash-code-'))
  town = await townOf(5)
  town.settle({ snapshotSeconds: 1, harvestNames: 10 })
})
afterEach(async () => {
  killAll()
  await town.close()
  rmSync(cache, { recursive: true, force: true })
})

const unitOf = (task: string): string => `session:${account}/role/ledger-agent/${task}`

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + patienceMs; !isSo(); await realTime.sleep(lookMs))
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
}

const beside = <T>(look: (open: DataFile) => T): T => {
  const open = town.open()
  try {
    return look(open)
  } finally {
    open.close()
  }
}

/** Secrets that were read in one session, by all that is logged, judged and committed. */
const readBy = (task: string): number =>
  beside(({ journal, effects }) => {
    // Some come twice.
    const ids = new Set<string>()
    for (const { position, body } of journal.read(0)) {
      if (position > effects.emittedThrough()) break
      for (const { activities } of batchFrom(body).records)
        for (const each of activities)
          if (each.kind === 'credential.used' && each.principal.endsWith(`/${task}`))
            if (each.action === 'GetSecretValue') ids.add(each.id)
    }
    return ids.size
  })

async function started(company: Company, task: string): Promise<Held> {
  await company.start('ledger', task)
  return await company.issue('ledger', task)
}

/** A task that takes every secret there is, with its own credential. */
async function harvest(company: Company, task: string): Promise<Held> {
  const held = await started(company, task)
  const all = Array.from({ length: secretsRead }, (_, n) => secret(`${task}/${n}`))
  await company.tool(held, 'read_secrets', all)
  return held
}

/** A credential of one task that another one works with, until a refusal is seen. */
async function theft(company: Company, task: string, by: AgentName, isOver: () => boolean) {
  const held = await started(company, task)
  await company.start(by, `other-${task}`)
  await company.tool(held, 'read_ledger', [read('ledger', task)])
  await insist(company, { ...held, agent: by, task: `other-${task}` }, isOver)
}

/** Goes on with a credential, so that somebody sees it refused. */
async function insist(company: Company, held: Held, isOver: () => boolean): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    await company.tool(held, 'read_documents', [read('ledger', `${held.task}/${n}`)])
    await realTime.sleep(lookMs)
  }
}

const eventsAbout = (unit: string): readonly DeskEvent[] =>
  beside(({ desk, containment }) => {
    const incidents = containment.orders({}).find((each) => each.unit === unit)?.incidents ?? []
    const handles = desk.list({ states: caseStates, limit: 100 }).map(({ handle }) => handle)
    return handles
      .filter((handle) => incidents.includes(handle))
      .flatMap((handle) => desk.history(handle, 100))
  })

const stateOf = (unit: string) => ordersIn(town).find((each) => each.unit === unit)?.state

test('another build finds anew, doubles no order, and leaves to people what only it finds', async () => {
  const [byTask, byAgent, old, fresh] = ['work-1', 'work-2', 'harvest-1', 'harvest-2']
  const isVerified = (task: string) => () => stateOf(unitOf(task)) === 'verified'

  // Killed when the first cut stands: of another task's use, which the newer build does not know as a misuse.
  const first = lifeOf(
    town,
    { build: 'elder', forgets: false, point: 'cut stored' },
    { at: 'cut stored', within: patienceMs },
    cache,
  )
  const company = await town.company
  await harvest(company, old)
  await until('the harvest is judged', () => readBy(old) === secretsRead)
  let isRefused = false
  const tasks = theft(company, byTask, 'ledger', () => isRefused)
  expect(await first).toBe('cut stored')
  expect(stateOf(unitOf(byTask))).toBe('applied')

  // Killed between the second cut and its answer.
  const second = lifeOf(
    town,
    { build: 'elder', forgets: false },
    { at: 'reply lost', within: patienceMs },
    cache,
  )
  await until('the first cut is seen to work', isVerified(byTask))
  isRefused = true
  await tasks
  const agents = theft(company, byAgent, 'support', isVerified(byAgent))
  expect(await second).toBe('reply lost')
  expect(stateOf(unitOf(byAgent))).toBe('sent')
  expect(eventsAbout(unitOf(old))).toEqual([])
  const changes = town.changes.length

  const third = lastLife(town, { build: 'newer', forgets: false }, cache)
  await agents
  // It would be cut at once: this one is, which is as new to the build and comes while it is there.
  const taken = await harvest(company, fresh)
  const cutStates: readonly unknown[] = ['applied', 'verified']
  await until('the new harvest is cut', () => cutStates.includes(stateOf(unitOf(fresh))))
  let isOver = false
  await Promise.all([
    insist(company, taken, () => isOver),
    until('its cut is seen to work', isVerified(fresh)).finally(() => (isOver = true)),
  ])
  await town.delivered()
  const pure = await replayOf(town, builds.newer)
  const thefts: Theft[] = [
    { unit: unitOf(byTask), becomes: 'withdrawn-still-contained' },
    { unit: unitOf(byAgent), becomes: 'verified' },
    { unit: unitOf(fresh), becomes: 'verified' },
  ]
  await until('all is sent', () => isSettled(town, pure, thefts))
  await third.end()

  // At its next start it holds to what it left to people.
  const fourth = lastLife(town, { build: 'newer', forgets: false }, cache)
  await company.start('ledger', 'last')
  await realTime.sleep(5 * lookMs)
  await fourth.end()

  expect(verdictOn(town, pure, thefts)).toEqual({ lost: [], doubled: [] })
  expect(town.changes.length).toBe(changes + 1)
  expect(eventsAbout(unitOf(old)).map(({ kind, because }) => [kind, because])[0]).toEqual([
    'raised',
    'version',
  ])
  const waiting = ordersIn(town).find(({ unit }) => unit === unitOf(old))
  expect([waiting?.state, waiting?.sentAt, waiting?.by]).toEqual(['planned', 0, ''])
  const plan = beside(({ containment }) => containment.plan(waiting?.incidents[0] ?? ''))
  expect([plan?.mode, plan?.options[0]?.notAutomatic]).toEqual(['auto', []])
  expect(beside(({ effects }) => outcomeHash(outcomeOf(effects.standing().incidents)))).toBe(
    pure.hash,
  )
}, 300_000)
