/** The attacks A1 to A8 : each says what must be found. `false`: there was nobody to play it on. */
import { iam } from './calls.mjs'
import { badAddress, badProgram, activityId, regions } from './names.mjs'
import { between, chance, int } from './chance.mjs'
import { clock } from './clock.mjs'
import { AGENTS, HOUR, SPAN, TASKS } from './options.mjs'
import { alert, at, endTask, foreignClaim, otherTask, take } from './stage.mjs'
import { called } from './telemetry.mjs'
import {
  busy,
  expiresAt,
  isAdmin,
  lastUse,
  newToken,
  placeOf,
  slotsPerGroup,
  slow,
  taskAgent,
  taskOf,
  tokenOfSlot,
} from './tokens.mjs'
import { addChild, assumed, home, use } from './uses.mjs'

export const iamSeen = new Uint8Array(AGENTS + 1)
export const attacks = {
  A1(n) {
    const x = take(120)
    if (!x) return false
    foreignClaim('R1', x.tok, otherTask(x.t, true), activityId('i', x.tok), n)
    at(90, x.release)
  },
  A2(n) {
    const x = take(120)
    if (!x) return false
    foreignClaim('R1', x.tok, otherTask(x.t, false), activityId('i', x.tok), n)
    at(90, x.release)
  },
  A3(n, both = false) {
    const x = take(700)
    if (!x) return false
    const addr = badAddress(int(1 << 18)),
      agent = badProgram(int(9000)),
      region = both ? regions[(taskAgent[x.t] + 1) & 3] : undefined
    for (const dt of [0, 40, 80, 120]) at(dt, () => use(x.tok))
    at(between(150, 250), () => {
      const before = lastUse.get(x.tok),
        u = use(x.tok, { addr, agent, region })
      alert('R2', x.tok, before.id, u.id, n)
    })
    for (let i = 0; i < 4; i++) {
      at(260 + i * 30, () => use(x.tok, { addr, agent, region }))
      if (both) at(270 + i * 30, () => use(x.tok))
    }
    at(420, () => use(x.tok))
    at(430, x.release)
  },
  A4(n) {
    const x = take(500)
    if (!x) return false
    const depth = 1 + int(3)
    let tok = x.tok
    const step = (i) => {
      tok = newToken(x.t, tok, clock.now, Math.min(expiresAt[tok], clock.now + HOUR))
      busy[tok] = 1
      assumed(tok)
      if (i < depth) at(6, () => step(i + 1))
    }
    step(1)
    at(60, () => {
      called(tok, x.t, use(tok).requestId)
    })
    at(between(90, 300), () =>
      foreignClaim('R3', tok, otherTask(x.t, chance() < 0.5), activityId('i', x.tok), n),
    )
    at(420, x.release)
  },
  A5(n) {
    const x = take(1200, (_, s) => slotsPerGroup(s % TASKS) <= 64)
    if (!x) return false
    const tok = chance() < 0.3 ? addChild(x.tok) : x.tok
    busy[tok] = 1
    at(20, () => use(tok))
    at(40, () => {
      const t = x.t
      endTask(x.g, true)
      const dt = between(62, Math.min(900, Math.max(70, (SPAN - clock.now) * 0.5)))
      at(dt, () => {
        const u = use(tok, { addr: home(tok, placeOf[tok] + 700000) })
        alert('R5', tok, activityId('e', t), u.id, n)
      })
      for (let i = 1; i < 4; i++)
        at(dt + i * 15, () => use(tok, { addr: home(tok, placeOf[tok] + 700000) }))
      x.release()
    })
  },
  A6(n) {
    return attacks.A3(n, true)
  },
  A7(n) {
    const x = take(200, (tok) => {
      const a = taskAgent[taskOf[tok]]
      return !isAdmin(a) && a < AGENTS && !iamSeen[a]
    })
    if (!x) return false
    iamSeen[taskAgent[x.t]] = 1
    const u = use(x.tok, { what: iam[1], error: '' })
    alert('R4', x.tok, u.id, u.id, n)
    at(8, () => use(x.tok, { what: iam[2], error: '' }))
    at(20, () => use(x.tok, { what: iam[0] }))
    at(60, x.release)
  },
  A8(n) {
    const s = slow.pop()
    if (s === undefined) return false
    const tok = tokenOfSlot[s]
    foreignClaim('R1', tok, otherTask(taskOf[tok], chance() < 0.5), activityId('i', tok), n)
  },
}
