import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { scratch } from '#infra/sqlite/scratch.fixture.ts'

const cli = fileURLToPath(new URL('../../services/cli/main.ts', import.meta.url))

test('a second serve on one data file says whose it is, and ends by itself', async () => {
  const place = scratch()
  const owner = ownDataFile(place.file)
  try {
    const ended = await new Promise<{ status: unknown; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [cli, 'serve', '--data', place.file],
        { cwd: dirname(place.file) },
        (error, _, err) => resolve({ status: error?.code, err }),
      )
    })
    expect(ended.status).toBe(1)
    expect(ended.err).toContain(`is in use by process ${process.pid}`)
  } finally {
    owner.close()
    place.end()
  }
}, 60_000)
