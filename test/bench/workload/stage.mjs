/** What scenarios play on: a calendar, tokens that nobody else touches, and the truth about what must be found. */
import { between, int } from './chance.mjs'
import { clock } from './clock.mjs'
import { AGENTS, SPAN, TASKS, TOKENS } from './options.mjs'
import { called, ended, started } from './telemetry.mjs'
import {
  busy,
  expiresAt,
  groupLock,
  groupOfTask,
  key,
  newTask,
  reserved,
  taskAgent,
  taskGroup,
  taskOf,
  taskOfGroup,
  tokenBefore,
  tokenOfSlot,
} from './tokens.mjs'
import { home, issueRoot, use } from './uses.mjs'

export const truth = [],
  calendar = new Map(),
  counts = {}
export const at = (dt, fn) => {
  const k = Math.floor(clock.now + dt)
  const b = calendar.get(k)
  if (b) b.push(fn)
  else calendar.set(k, [fn])
}
export const alert = (rule, tok, first, trigger, scenario) =>
  truth.push({ rule, credential: key(tok), first, trigger, scenario })
/** A slot whose token nobody plays with, that outlives `need` seconds. Its task is held open until release(). */
export function take(need, ok = () => true) {
  for (let i = 0; i < 400; i++) {
    const s = int(TOKENS),
      tok = tokenOfSlot[s],
      g = s % TASKS
    if (
      busy[tok] ||
      groupLock[g] ||
      reserved[s] ||
      expiresAt[tok] < clock.now + need ||
      !ok(tok, s)
    )
      continue
    busy[tok] = 1
    groupLock[g]++
    return {
      s,
      g,
      tok,
      t: taskOf[tok],
      release: () => {
        groupLock[g]--
      },
    }
  }
  return null
}
export function otherTask(t, sameAgent) {
  for (let i = 0; i < 4000; i++) {
    const g = sameAgent
        ? (t + int(Math.max(1, Math.floor(TASKS / AGENTS))) * AGENTS) % TASKS
        : int(TASKS),
      x =
        taskOfGroup[
          sameAgent
            ? (groupOfTask(t) + int(Math.max(1, Math.floor(TASKS / AGENTS))) * AGENTS) % TASKS
            : g
        ]
    if (x !== t && (taskAgent[x] === taskAgent[t]) === sameAgent) return x
  }
  return taskOfGroup[(groupOfTask(t) + 1) % TASKS]
}
export function foreignClaim(rule, tok, t2, first, name, n = 1 + int(3)) {
  // another task calls a tool with this key
  const u = use(tok, { addr: home(tok) }),
    id = called(tok, t2, u.requestId)
  alert(rule, tok, first, id, name)
  for (let i = 1; i < n; i++)
    at(i * between(3, 20), () => called(tok, t2, use(tok, { addr: home(tok) }).requestId))
}
export function endTask(g, scenario) {
  const t = taskOfGroup[g]
  ended(t)
  const n = (taskOfGroup[g] = newTask(taskAgent[t]))
  taskGroup[n] = g
  started(n)
  for (let s = g; s < TOKENS; s += TASKS) {
    if (reserved[s] && !scenario) continue
    tokenBefore[s] = -1
    setSlot(s, issueRoot(n))
  }
}
export function setSlot(s, tok) {
  tokenOfSlot[s] = tok
  reserved[s] = 0
  if (expiresAt[tok] < SPAN) at(expiresAt[tok] - clock.now, () => expire(s, tok))
}
export function expire(s, tok) {
  if (tokenOfSlot[s] !== tok) return
  if (reserved[s] === 2) return // a slow-reuse key lives its 36 hours
  tokenBefore[s] = -1
  const next = issueRoot(taskOf[tok])
  setSlot(s, next)
}
export function refreshEarly(s) {
  const tok = tokenOfSlot[s]
  if (busy[tok]) return
  const next = issueRoot(taskOf[tok])
  setSlot(s, next)
  tokenBefore[s] = tok
} // both keys live on for a while
