/** Every token and task that the workload has, as columns by number. A slot always has a live token; a group is a task's place. */
import { chance } from './chance.mjs'
import { accountOf, keyId } from './names.mjs'
import { AGENTS, EVENTS, HOUR, TASKS, TOKENS } from './options.mjs'

export const CAP = TOKENS + Math.ceil(EVENTS * 0.2) + 100000
export const taskOf = new Int32Array(CAP),
  parentOf = new Int32Array(CAP).fill(-1),
  bornAt = new Float64Array(CAP),
  expiresAt = new Float64Array(CAP)
export const placeOf = new Int32Array(CAP),
  programOf = new Int32Array(CAP),
  busy = new Uint8Array(CAP),
  depthOf = new Uint8Array(CAP)
export const keyTexts = [] // strings, made on first use
export const made = { tokens: 0, agents: AGENTS }
export const taskAgent = [],
  taskEnd = []
export const tokenOfSlot = new Int32Array(TOKENS),
  tokenBefore = new Int32Array(TOKENS).fill(-1),
  taskOfGroup = new Int32Array(TASKS),
  groupLock = new Uint8Array(TASKS)
export const children = [] // live child tokens
export const lastUse = new Map() // of tokens in a scenario: token -> {id, t}
export const key = (tok) =>
  (keyTexts[tok] ??= keyId('ASIA', accountOf(taskAgent[taskOf[tok]]), tok))
export function newTask(agent) {
  taskAgent.push(agent)
  taskEnd.push(0)
  return taskAgent.length - 1
}
export function newToken(task, parent, born, exp) {
  const tok = made.tokens++,
    a = taskAgent[task]
  if (tok >= CAP) throw new Error('token table full')
  taskOf[tok] = task
  parentOf[tok] = parent
  bornAt[tok] = born
  expiresAt[tok] = exp
  placeOf[tok] = parent >= 0 ? placeOf[parent] : a * 4 + (task & 3)
  programOf[tok] = parent >= 0 ? programOf[parent] : a % 360
  depthOf[tok] = parent >= 0 ? depthOf[parent] + 1 : 0
  return tok
}
export const lifetime = () => {
  const x = chance()
  return x < 0.7 ? HOUR : x < 0.95 ? 12 * HOUR : 36 * HOUR
}
export const reserved = new Uint8Array(TOKENS) // A8: silent since the preload
export const slow = [] // A8 slots, filled in the preload
export const taskGroup = []
export const groupOfTask = (t) => taskGroup[t] ?? 0
export const slotsPerGroup = (g) => Math.floor((TOKENS - 1 - g) / TASKS) + 1
export const isAdmin = (a) => a % 10 === 0
