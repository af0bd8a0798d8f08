import { describe, expect, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import { createFakeAws } from '#infra/fake-aws/fake-aws.ts'
import { defaultPolicy } from '#shared/policy.ts'
import type { Normalised } from '#shared/messages/record.ts'
import { detections } from '#services/detect/detections/index.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import { replay } from '#services/replay/replay.ts'
import { account } from './company.ts'
import { attackNames, type AttackName } from './attacks.ts'
import { storyOf, type AttackChoice } from './story.ts'
import { playedTime } from './time.ts'

const start = Date.parse('2026-05-25T08:00:00Z')
const policy = {
  ...defaultPolicy,
  endGraceMs: 5_000,
  issuers: new Set(['orchestrator', `${account}/user/task-broker`]),
}

/** Plays a story in virtual time, and replays all that was recorded and reported. */
async function told(seed: number, choice: AttackChoice) {
  const time = playedTime(start)
  const chance = chanceFrom(seed)
  const aws = await createFakeAws({ seed, now: time.now, delivery: { delay: [100, 900] } })
  const mapped: Normalised[] = []
  /** What left the simulation, as it stood there. */
  const said: object[] = []
  const options = { trustedAccounts: new Set([account]) }
  const take = (source: string, values: readonly object[]): Promise<void> => {
    const received = time.now()
    for (const value of values) {
      said.push(value)
      const each = normalise({ pointer: { source, offset: mapped.length }, value }, options)
      if (each.as !== 'mapped') throw new Error(`${source}: ${JSON.stringify(each)}`)
      const activities = each.activities.map((a) => ('time' in a ? { ...a, source, received } : a))
      mapped.push({ ...each, activities })
    }
    return Promise.resolve()
  }
  const reports = {
    activities: take,
    spans: (source: string, document: object) => take(source, [document]),
  }
  const played = storyOf({ aws, time, reports, chance }, choice, 8_000)
  const whole = played.then(({ ended }) => ended)
  await time.play(whole)
  const story = await played
  await time.play(time.sleep(5_000))
  for (const { record } of aws.take()) {
    said.push(record)
    mapped.push(normalise({ pointer: { source: 'trail', offset: 0 }, value: record }, options))
  }
  await aws.close()
  const values = mapped.map((value, offset) => ({ pointer: { source: 'x', offset }, value }))
  const progress = { bytes: 0, totalBytes: 0, files: 0, totalFiles: 0 }
  async function* batches() {
    yield await Promise.resolve({ records: values, dead: [], ignored: [], unread: [], progress })
  }
  const replayed = await replay(
    batches(),
    { partitions: 3, batch: 100, policy, detections, arrival: {}, covers: [] },
    { normalise: ({ value }) => value as Normalised, effects: memoryEffects() },
  )
  const kept = mapped.flatMap((each) => (each.as === 'mapped' ? each.activities : []))
  return { ...replayed, harmed: await story.harmed, made: story.company.made, said, kept }
}

const found: Readonly<Record<AttackName, readonly string[]>> = {
  reuse: ['reused-by-agent'],
  pivot: ['credential-minting', 'secret-harvest'],
  'after-end': ['used-after-end'],
}

describe('the simulated company', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'a day without attack wakes nobody (seed %i)',
    async (seed) => {
      const { incidents, counts, attribution } = await told(seed, 'none')
      expect(incidents.map(({ title }) => title)).toEqual([])
      expect(counts.dead).toBe(0)
      expect(attribution.exact).toBeGreaterThan(20)
    },
  )

  test.each(attackNames)('%s is found, as one incident of the stolen session', async (name) => {
    const { incidents, harmed } = await told(1, name)
    expect(incidents).toHaveLength(1)
    const [incident] = incidents
    expect(incident?.credentials).toContain(harmed.get(name)?.session)
    const detected = incident?.findings.map(({ detection }) => detection) ?? []
    for (const detection of found[name]) expect(detected).toContain(detection)
  })

  test('all attacks of one day are three incidents', async () => {
    const { incidents } = await told(2, 'all')
    expect(incidents).toHaveLength(3)
  })

  test('every record and every report of a day says SIMULATED, and so does all that is kept of them', async () => {
    const { said, kept } = await told(1, 'all')
    const shapes = new Set(said.map((each) => ('kind' in each ? each.kind : Object.keys(each)[0])))
    expect(shapes).toEqual(
      new Set([
        'agent.registered',
        'task.started',
        'credential.issued',
        'resourceSpans',
        'task.ended',
        'eventVersion',
      ]),
    )
    expect(said.filter((each) => !JSON.stringify(each).includes('SIMULATED'))).toEqual([])
    const kinds = new Set(kept.map(({ kind }) => kind))
    for (const kind of ['tool.called', 'credential.used', 'credential.issued.copy'] as const)
      expect(kinds).toContain(kind)
    expect(kept.filter((each) => !JSON.stringify(each).includes('SIMULATED'))).toEqual([])
  })

  test('the same seed is the same day', async () => {
    const [one, two] = [await told(3, 'all'), await told(3, 'all')]
    expect(one.hash).toBe(two.hash)
    expect(one.made).toEqual(two.made)
  })
})
