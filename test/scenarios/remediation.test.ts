import { expect, test } from 'vitest'
import { handleFor } from '#shared/messages/desk.ts'
import { ocsfEvents } from '#services/alert/ocsf.ts'
import { voiceOf } from '#services/alert/voice.ts'
import { bench, minute, theft, use, type Bench } from '#test/contain.ts'
import { deskAt, incidentOf } from '#test/incidents.ts'
import { hasOcsf, ocsfProblems } from '#test/ocsf.ts'

type Contained = ReturnType<typeof contained>

const { incident } = theft()
const handle = handleFor(incident.findings[0]?.key ?? '')
const key = 'disable-key/key:AKIAEXAMPLE1/1'

/** Containment of an incident that is on a desk, and what its steps are to a SIEM. */
function contained() {
  const { front, sent, hear } = deskAt()
  hear(1, { r: [incidentOf(incident.findings)] })
  const on = bench({ mode: 'auto' })
  on.incidents.set(handle, theft(handle))
  /** All that a SIEM was told of it. */
  const heard: ReturnType<typeof ocsfEvents>[number][] = []
  const remediations = () => {
    for (const { incidents, ...step } of on.told.splice(0))
      for (const each of incidents) front.contained(each, step)
    const events = sent.splice(0).flatMap((notice) => ocsfEvents(notice, voiceOf('1.2.3', [])))
    heard.push(...events)
    return events
      .filter(({ class_uid, command_uid }) => class_uid === 7001 && command_uid === key)
      .map(({ activity_id, status_id, severity_id }) => ({ activity_id, status_id, severity_id }))
  }
  return { on, remediations, heard }
}

/** Cuts the key, and lets the read-backs and the sources say what they do. */
async function cut(on: Bench): Promise<void> {
  on.hear([handle])
  await on.pass()
}

const [evict, restore] = [2, 3]
const [unknown, success, failure] = [0, 1, 2]

/** A cut that holds and is undone: what is told at each step. */
async function undone({ on, remediations }: Contained) {
  await cut(on)
  const asked = remediations()
  for (const wait of [5_000, 25_000, 270_000]) await on.pass(wait)
  on.frontier = on.now + 60 * minute
  await on.pass(60 * minute)
  const proven = remediations()
  await on.ask('undo', handle)
  return [asked, proven, remediations()]
}

/** A cut that does not hold, and an undo that the cloud refuses. */
async function unheld({ on, remediations }: Contained) {
  await cut(on)
  remediations()
  on.hear([], [use(on.now + 2 * minute)])
  await on.pass()
  const used = remediations()
  on.world.keys.delete('AKIAEXAMPLE1')
  await on.ask('undo', key)
  return [used, remediations()]
}

/** A cut that the cloud refuses. */
async function refused({ on, remediations }: Contained) {
  on.world.keys.delete('AKIAEXAMPLE1')
  await cut(on)
  return [remediations()]
}

test('a cut is told as an eviction of which nothing is proven, then as one that is, then as its undo', async () => {
  expect(await undone(contained())).toMatchObject([
    [{ activity_id: evict, status_id: unknown }],
    [{ activity_id: evict, status_id: success }],
    [{ activity_id: restore, status_id: success }],
  ])
})

test('one that did not hold, one that the cloud refused, and an undo that it refused are failures', async () => {
  expect(await unheld(contained())).toMatchObject([
    [{ activity_id: evict, status_id: failure }],
    [{ activity_id: restore, status_id: failure }],
  ])
  expect(await refused(contained())).toMatchObject([[{ activity_id: evict, status_id: failure }]])
})

test.skipIf(!hasOcsf).each([
  ['a cut that is undone', undone],
  ['one that does not hold', unheld],
  ['one that is refused', refused],
])('all that is told of %s fits the schema of OCSF', async (_, flow) => {
  const each = contained()
  await flow(each)
  expect(each.heard.map(({ class_uid }) => class_uid)).toContain(7001)
  expect(ocsfProblems(each.heard)).toEqual([])
})
