import { expect, test } from 'vitest'
import { openInPostgres } from '#infra/postgres/data-file.ts'
import { longRuns } from '#test/property.ts'
import { campaign } from '#test/crash/campaign.ts'
import { place } from './place.ts'

const { fresh, own } = place()

/** An empty database with its tables, as the first start of a process leaves it. */
function made(): string {
  const address = fresh()
  const db = own(address)
  if (!('heldBy' in db)) db.close()
  return address
}

const kills = longRuns ? 200 : 25

test(
  'on PostgreSQL too: killed at every named point and at random moments, a process loses nothing and does nothing twice',
  async () => {
    const keeping = () => {
      const data = made()
      return { data, open: () => openInPostgres(data) }
    }
    const found = await campaign(kills, 1, undefined, keeping)
    expect(found).toMatchObject({ lost: [], doubled: [] })
    expect(found.kills).toBeGreaterThanOrEqual(kills)
    expect(Object.entries(found.byPoint).filter(([, count]) => count === 0)).toEqual([])
  },
  longRuns ? 3_600_000 : 600_000,
)
