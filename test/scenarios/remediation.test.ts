import { expect, test } from 'vitest'
import { handleFor } from '#shared/messages/desk.ts'
import { ocsfEvents } from '#services/alert/ocsf.ts'
import { voiceOf } from '#services/alert/voice.ts'
import { bench, minute, theft, use, type Bench } from '#test/contain.ts'
import { deskAt, incidentOf } from '#test/incidents.ts'
import { ocsfProblems } from '#test/ocsf.ts'

const { incident } = theft()
const handle = handleFor(incident.findings[0]?.key ?? '')
const key = 'disable-key/key:AKIAEXAMPLE1/1'

/** Containment of an incident that is on a desk, and what its steps are to a SIEM. */
function contained() {
  const { front, sent, hear } = deskAt()
  hear(1, { r: [incidentOf(incident.findings)] })
  const on = bench({ mode: 'auto' })
  on.incidents.set(handle, theft(handle))
  const remediations = () => {
    for (const { incidents, ...step } of on.told.splice(0))
      for (const each of incidents) front.contained(each, step)
    const events = sent.splice(0).flatMap((notice) => ocsfEvents(notice, voiceOf('1.2.3', [])))
    expect(events.flatMap(ocsfProblems)).toEqual([])
    return events
      .filter(({ class_uid, command_uid }) => class_uid === 7001 && command_uid === key)
      .map(({ activity_id, status_id, severity_id }) => ({ activity_id, status_id, severity_id }))
  }
  return { on, remediations }
}

/** Cuts the key, and lets the read-backs and the sources say what they do. */
async function cut(on: Bench): Promise<void> {
  on.hear([handle])
  await on.pass()
}

const [evict, restore] = [2, 3]
const [unknown, success, failure] = [0, 1, 2]

test('a cut is told as an eviction of which nothing is proven, then as one that is, then as its undo', async () => {
  const { on, remediations } = contained()
  await cut(on)
  expect(remediations()).toMatchObject([{ activity_id: evict, status_id: unknown }])
  for (const wait of [5_000, 25_000, 270_000]) await on.pass(wait)
  on.frontier = on.now + 60 * minute
  await on.pass(60 * minute)
  expect(remediations()).toMatchObject([{ activity_id: evict, status_id: success }])
  await on.ask('undo', handle)
  expect(remediations()).toMatchObject([{ activity_id: restore, status_id: success }])
})

test('one that did not hold, one that the cloud refused, and an undo that it refused are failures', async () => {
  const { on, remediations } = contained()
  await cut(on)
  remediations()
  on.hear([], [use(on.now + 2 * minute)])
  await on.pass()
  expect(remediations()).toMatchObject([{ activity_id: evict, status_id: failure }])
  on.world.keys.delete('AKIAEXAMPLE1')
  await on.ask('undo', key)
  expect(remediations()).toMatchObject([{ activity_id: restore, status_id: failure }])

  const other = contained()
  other.on.world.keys.delete('AKIAEXAMPLE1')
  await cut(other.on)
  expect(other.remediations()).toMatchObject([{ activity_id: evict, status_id: failure }])
})
