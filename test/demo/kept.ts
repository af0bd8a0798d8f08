import { openBeside } from '#infra/sqlite/data-file.ts'
import type { Mapped } from '#shared/messages/record.ts'
import { batchFrom } from '#services/serve/batch.ts'

/** All activities that a data file has in its log. */
export function activitiesIn(file: string): readonly Mapped[] {
  const open = openBeside(file, 'refuse')
  try {
    return [...open.journal.read(0)].flatMap(({ body }) =>
      batchFrom(body).records.flatMap(({ activities }) => activities),
    )
  } finally {
    open.close()
  }
}

export const isLabelled = (activity: Mapped): boolean =>
  JSON.stringify(activity).includes('SIMULATED')
