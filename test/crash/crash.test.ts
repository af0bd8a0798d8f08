import { expect, test } from 'vitest'
import { longRuns } from '#test/property.ts'
import { campaign } from './campaign.ts'

test(
  'killed at every named point and at random moments, a process loses nothing and does nothing twice',
  async () => {
    const { kills, byPoint, lost, doubled } = await campaign(longRuns ? 200 : 25, 1)
    expect({ lost, doubled }).toEqual({ lost: [], doubled: [] })
    expect(kills).toBeGreaterThanOrEqual(longRuns ? 200 : 25)
    expect(Object.entries(byPoint).filter(([, count]) => count === 0)).toEqual([])
  },
  longRuns ? 3_600_000 : 600_000,
)
