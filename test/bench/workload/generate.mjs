/**
 * Generates the workload TLSB-1: CloudTrail records and agent telemetry with known attacks.
 * `node generate.mjs --events 200000 --tokens 10000 --out FOLDER --gz` writes preload.ndjson (what an engine knows when the
 * clock starts), events.ndjson (in order of arrival), truth.jsonl (what must be found) and summary.json.
 */
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import { attacks } from './attacks.mjs'
import { iam } from './calls.mjs'
import { between, chance, int, zipf } from './chance.mjs'
import { clock } from './clock.mjs'
import { lookAlikes } from './look-alikes.mjs'
import { AGENTS, EVENTS, HOUR, options, RATE, SPAN, TASKS, TOKENS } from './options.mjs'
import { ciUse, consoleUse, serviceUse } from './others.mjs'
import { closeFile, drain, drainRest, openFile, stats } from './output.mjs'
import { preload } from './preload.mjs'
import { at, calendar, counts, endTask, expire, refreshEarly, truth } from './stage.mjs'
import { called } from './telemetry.mjs'
import {
  busy,
  children,
  depthOf,
  expiresAt,
  groupLock,
  isAdmin,
  made,
  reserved,
  slow,
  taskAgent,
  taskEnd,
  taskOf,
  tokenBefore,
  tokenOfSlot,
} from './tokens.mjs'
import { addChild, use } from './uses.mjs'

const attackCount = Math.round(EVENTS * +options.attacks)
const endRate = TASKS / (12 * HOUR)
let second = 0
let nextEnd = 1 / endRate
let planned = 0
let skipped = 0

fs.mkdirSync(options.out, { recursive: true })
openFile('preload.ndjson', true)
preload(Math.ceil(attackCount / 8))
closeFile()
clock.now = 0
const preTokens = made.tokens
for (let s = 0; s < TOKENS; s++) {
  const token = tokenOfSlot[s]
  if (expiresAt[token] < SPAN) at(expiresAt[token], () => expire(s, token))
}
shuffleSlow()
const plan = planOf()
openFile('events.ndjson', false)
while (stats.distinct < EVENTS) step()
const unfinished = [...calendar.keys()].filter((k) => k > second).length
drain(second - 1)
drainRest()
closeFile()
await finish()

function shuffleSlow() {
  for (let i = slow.length - 1; i > 0; i--) {
    const j = int(i + 1)
    ;[slow[i], slow[j]] = [slow[j], slow[i]]
  }
}

/** When which scenario begins, spread over the span; a key that sleeps must still be valid when it is taken. */
function planOf() {
  const found = []
  const attackKinds = Object.keys(attacks)
  const benignKinds = Object.keys(lookAlikes)
  for (let i = 0; i < attackCount; i++) {
    const kind = attackKinds[i % 8]
    const latest = kind === 'A8' ? Math.min(0.7, (11 * HOUR) / SPAN) : 0.7
    found.push({ t: between(0.01, latest) * SPAN, kind, i })
  }
  for (let i = 0, n = Math.round((EVENTS * +options.twins) / 8); i < n; i++) {
    found.push({ t: between(0.01, 0.75) * SPAN, kind: benignKinds[i % benignKinds.length], i })
  }
  return found.sort((a, b) => a.t - b.t)
}

/** One record of everyday traffic, and all that is due before it. */
function step() {
  clock.now += 1 / RATE
  while (second <= clock.now) tick()
  while (planned < plan.length && plan[planned].t <= clock.now) begin(plan[planned++])
  if (clock.now > nextEnd) {
    nextEnd = clock.now - Math.log(1 - chance()) / endRate
    const group = int(TASKS)
    if (!groupLock[group] && noReserved(group)) endTask(group, false)
  }
  everyday(chance())
}

function tick() {
  const keep = clock.now
  clock.now = Math.max(second, clock.now - 1 / RATE)
  const due = calendar.get(second)
  if (due) {
    calendar.delete(second)
    for (const run of due) run()
  }
  clock.now = keep
  drain(second - 1)
  second++
}

function begin({ kind, i }) {
  const name = `${kind}-${String(i).padStart(4, '0')}`
  if ((attacks[kind] ?? lookAlikes[kind])(name) === false) skipped++
  else counts[kind] = (counts[kind] ?? 0) + 1
}

function everyday(p) {
  if (p < 0.03) consoleUse()
  else if (p < 0.09) serviceUse()
  else if (p < 0.1) ciUse()
  else if (p < 0.14) chainRoles()
  else if (p < 0.141) {
    const s = int(TOKENS)
    if (!reserved[s] && !groupLock[s % TASKS]) refreshEarly(s)
  } else useOne()
}

function chainRoles() {
  const s = zipf(TOKENS)
  const token = tokenOfSlot[s]
  if (reserved[s] || busy[token]) return
  let parent = token
  if (chance() < 0.5 && children.length) {
    const child = children[int(children.length)]
    if (alive(child) && depthOf[child] < 5) parent = child
  }
  addChild(parent)
}

function useOne() {
  const token = chance() < 0.18 && children.length ? someChild() : someRoot()
  if (token === undefined) return
  const agent = taskAgent[taskOf[token]]
  const admin = agent < AGENTS && isAdmin(agent) && chance() < 0.03
  const { requestId } = use(token, admin ? { what: iam[0] } : {})
  if (!busy[token] && chance() < 0.025) called(token, taskOf[token], requestId)
}

/** A live child key; a dead one is only taken off the list. */
function someChild() {
  const i = int(children.length)
  const token = children[i]
  if (alive(token)) return token
  children[i] = children[children.length - 1]
  children.pop()
  return undefined
}

function someRoot() {
  const s = zipf(TOKENS)
  if (reserved[s]) return undefined
  const before = tokenBefore[s]
  const old = before >= 0 && chance() < 0.2 && expiresAt[before] > clock.now + 1 && !busy[before]
  return old ? before : tokenOfSlot[s]
}

function alive(token) {
  return expiresAt[token] > clock.now + 1 && !taskEnd[taskOf[token]] && !busy[token]
}

function noReserved(group) {
  for (let s = group; s < TOKENS; s += TASKS) {
    if (reserved[s] || (busy[tokenOfSlot[s]] && groupLock[group])) return false
  }
  return true
}

async function finish() {
  const file = (name) => path.join(options.out, name)
  const byRule = {}
  for (const { rule } of truth) byRule[rule] = (byRule[rule] ?? 0) + 1
  fs.writeFileSync(file('truth.jsonl'), truth.map((x) => JSON.stringify(x)).join('\n') + '\n')
  if (options.gz) await compress(file('events.ndjson'))
  const summary = {
    options,
    spanHours: +(SPAN / HOUR).toFixed(2),
    ...stats,
    meanBytes: Math.round(stats.bytes / stats.lines),
    tokens: { preload: preTokens, total: made.tokens, liveChildren: children.length },
    tasks: taskAgent.length,
    truth: byRule,
    scenarios: counts,
    skipped,
    unfinished,
  }
  fs.writeFileSync(file('summary.json'), JSON.stringify(summary, null, 1) + '\n')
}

async function compress(file) {
  const read = fs.createReadStream(file, { highWaterMark: 1 << 20 })
  await pipeline(read, zlib.createGzip({ level: 6 }), fs.createWriteStream(`${file}.gz`))
}
