/** What an engine knows when the clock starts: every live lease, a day of habits, keys that sleep. */
import { iam, reads } from './calls.mjs'
import { between, chance, int, pick } from './chance.mjs'
import { clock } from './clock.mjs'
import { AGENTS, HOUR, options, TASKS, TOKENS } from './options.mjs'
import { called, leased, started } from './telemetry.mjs'
import {
  busy,
  isAdmin,
  newTask,
  newToken,
  reserved,
  slow,
  taskGroup,
  taskOf,
  taskOfGroup,
  tokenOfSlot,
} from './tokens.mjs'
import { use } from './uses.mjs'

/** @param nSlow keys that attack A8 reuses 23 hours after their only use */
export function preload(nSlow) {
  for (let g = 0; g < TASKS; g++) {
    const t = newTask(g % AGENTS)
    taskGroup[t] = g
    taskOfGroup[g] = t
    clock.now = -between(100, 2000)
    started(t, -40 * HOUR + g / TASKS)
  }
  for (let s = 0; s < TOKENS; s++) {
    const x = chance(),
      life = (x < 0.127 ? 1 : x < 0.672 ? 12 : 36) * HOUR,
      age = chance() * life,
      slowOne = slow.length < nSlow && s > TOKENS / 3 && s % 7 === 3
    const born = slowOne ? -(23.2 * HOUR + chance() * HOUR) : -age - 1,
      tok = newToken(taskOfGroup[s % TASKS], -1, born, born + (slowOne ? 36 * HOUR : life))
    clock.now = born
    leased(tok, taskOf[tok], born)
    if (slowOne) {
      slow.push(s)
      reserved[s] = 2
      busy[tok] = 1
      clock.now = born + 10
      called(tok, taskOf[tok], use(tok).requestId)
    } else if (options.used) {
      clock.now = born + 1
      use(tok)
    }
    tokenOfSlot[s] = tok
  }
  for (let a = 0; a < Math.min(AGENTS, TASKS); a++) {
    // a day of habits for every agent
    const tok = newToken(taskOfGroup[a], -1, -26 * HOUR, -0.5 * HOUR)
    clock.now = -26 * HOUR
    leased(tok, taskOf[tok], clock.now)
    const reserved = int(3)
    for (let i = 0; i < 4 + reserved; i++) {
      clock.now = -25 * HOUR + i * 3 * HOUR
      use(tok, { what: pick(reads) })
    }
    if (isAdmin(a))
      for (const hAgo of [13, 7, 1]) {
        clock.now = -hAgo * HOUR
        use(tok, { what: iam[0], error: '' })
      }
  }
}
