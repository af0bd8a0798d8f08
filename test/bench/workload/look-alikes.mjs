/** Benign look-alikes: of these nothing may be raised. `false`: there was nobody to play it on. */
import { controlReads, errors, iam, reads } from './calls.mjs'
import { between, pick } from './chance.mjs'
import { clock } from './clock.mjs'
import { accountOf, ua } from './names.mjs'
import { AGENTS, SPAN, TASKS, TOKENS } from './options.mjs'
import { at, endTask, otherTask, take } from './stage.mjs'
import { called, leased, started } from './telemetry.mjs'
import {
  busy,
  groupLock,
  groupOfTask,
  isAdmin,
  made,
  newTask,
  placeOf,
  programOf,
  reserved,
  slotsPerGroup,
  taskAgent,
  taskGroup,
  taskOf,
} from './tokens.mjs'
import { addChild, home, issueRoot, use } from './uses.mjs'

export const lookAlikes = {
  retry() {
    const x = take(60)
    if (!x) return false
    const w = pick(reads)(taskAgent[x.t], accountOf(taskAgent[x.t]))
    for (const dt of [0, 1, 3])
      at(dt, () => use(x.tok, { what: () => w, error: dt < 3 ? errors[1] : '' }))
    at(20, x.release)
  },
  sdkUpgrade() {
    const x = take(300)
    if (!x) return false
    use(x.tok)
    at(30, () => {
      programOf[x.tok] += 40
      use(x.tok)
    })
    at(60, () => use(x.tok))
    at(90, x.release)
  },
  nat() {
    const x = take(300)
    if (!x) return false
    use(x.tok)
    at(30, () => {
      placeOf[x.tok] += 400000
      use(x.tok, { addr: home(x.tok) })
    })
    at(60, () => use(x.tok))
    at(90, x.release)
  },
  handoff() {
    // declared: the key is leased to a second task before that task uses it; then the first task ends
    const x = take(400, (_, s) => slotsPerGroup(s % TASKS) <= 64)
    if (!x) return false
    const t2 = otherTask(x.t, true),
      g2 = groupOfTask(t2)
    if (groupLock[g2] || g2 === x.g) {
      x.release()
      return false
    }
    groupLock[g2]++
    use(x.tok)
    leased(x.tok, t2, clock.now, x.t)
    at(15, () => called(x.tok, t2, use(x.tok).requestId))
    at(30, () => called(x.tok, x.t, use(x.tok).requestId))
    at(60, () => endTask(x.g, true))
    for (const dt of [140, 180]) at(dt, () => called(x.tok, t2, use(x.tok).requestId))
    at(300, () => {
      x.release()
      groupLock[g2]--
    })
  },
  handoffChild() {
    const x = take(400)
    if (!x) return false
    const t2 = otherTask(x.t, true)
    leased(x.tok, t2, clock.now, x.t)
    at(12, () => {
      const c = addChild(x.tok)
      busy[c] = 1
      at(5, () => called(c, t2, use(c).requestId))
      at(20, () => called(c, x.t, use(c).requestId))
    })
    at(60, x.release)
  },
  replicas() {
    const x = take(300)
    if (!x) return false
    for (let i = 0; i < 12; i++)
      at(i * 7, () => use(x.tok, { addr: home(x.tok, placeOf[x.tok] + 500000 + (i & 3)) }))
    at(120, x.release)
  },
  straggler() {
    const x = take(300, (_, s) => slotsPerGroup(s % TASKS) <= 64)
    if (!x) return false
    use(x.tok)
    at(10, () => endTask(x.g, true))
    for (const dt of [20, 40, 55]) at(dt, () => use(x.tok, { what: controlReads[4] }))
    at(80, x.release)
  },
  redeploy() {
    // address and SDK both change, after more than ten quiet minutes
    if (SPAN - clock.now < 1000) return false
    const x = take(1500, (_, s) => s > TOKENS / 2)
    if (!x) return false
    reserved[x.s] = 1
    use(x.tok)
    at(5, () => use(x.tok))
    at(between(700, 900), () => {
      programOf[x.tok] += 40
      placeOf[x.tok] += 400000
      use(x.tok, { addr: home(x.tok) })
      at(30, () => {
        use(x.tok, { addr: home(x.tok) })
        x.release()
      })
    })
  },
  twoToolsThenNat() {
    const x = take(700)
    if (!x) return false
    const base = programOf[x.tok]
    reserved[x.s] = 1 // one host, two SDKs, then the NAT moves
    for (let i = 0; i < 8; i++)
      at(i * 12, () => use(x.tok, { addr: home(x.tok), agent: ua(base + (i & 1) * 4) }))
    at(130, () => {
      placeOf[x.tok] += 400000
      use(x.tok, { addr: home(x.tok), agent: ua(base + 4) })
    })
    at(160, () => use(x.tok, { addr: home(x.tok), agent: ua(base) }))
    at(200, x.release)
  },
  forwarded() {
    const x = take(120)
    if (!x) return false
    use(x.tok)
    at(10, () =>
      use(x.tok, {
        addr: 'athena.amazonaws.com',
        agent: 'athena.amazonaws.com',
        service: true,
        what: reads[0],
      }),
    )
    at(30, () => use(x.tok))
    at(40, x.release)
  },
  adminIam() {
    const x = take(120, (tok) => isAdmin(taskAgent[taskOf[tok]]) && taskAgent[taskOf[tok]] < AGENTS)
    if (!x) return false
    use(x.tok, { what: iam[0] })
    at(20, () => use(x.tok, { what: iam[1], error: '' }))
    at(40, x.release)
  },
  newAgentIam() {
    const a = made.agents++,
      t = newTask(a)
    taskGroup[t] = -1
    started(t)
    const tok = issueRoot(t)
    busy[tok] = 1
    at(5, () => use(tok))
    at(20, () => use(tok, { what: iam[1], error: '' }))
    at(60, () => use(tok))
  },
}
