import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { files } from '#infra/files/files.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { readPaths } from '#services/ingest/read-paths.ts'

/** What is replayed at once: a folder, or one file of a folder whose files are attacks of their own. */
export type Entry = {
  /** `folder` or `folder/file`, for people. */
  readonly name: string
  readonly folder: string
  readonly paths: readonly string[]
}

const isData = (name: string): boolean => /\.(?:jsonl?|ndjson|gz|csv|log|bin)$/.test(name)
const isAside = (name: string): boolean => name === 'expect.json'

/** Every sub-folder that holds records; `perFile` says which of them hold one attack a file. */
export async function entriesOf(root: string, perFile: ReadonlySet<string>): Promise<Entry[]> {
  const found: Entry[] = []
  for (const folder of await foldersOf(root)) {
    const names = (await readdir(join(root, folder), { withFileTypes: true }))
      .filter((item) => item.isDirectory() || (isData(item.name) && !isAside(item.name)))
      .map(({ name }) => name)
      .toSorted()
    const paths = names.map((name) => join(root, folder, name))
    if (perFile.has(folder))
      found.push(
        ...names.map((name, i) => ({
          name: `${folder}/${name}`,
          folder,
          paths: paths.slice(i, i + 1),
        })),
      )
    else if (paths.length > 0) found.push({ name: folder, folder, paths })
  }
  return found
}

async function foldersOf(root: string): Promise<string[]> {
  const items = await readdir(root, { withFileTypes: true })
  return items
    .filter((item) => item.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

/** Everything that the entry's files hold, read once. */
export async function readEntry({ paths }: Entry): Promise<RawBatch[]> {
  const batches: RawBatch[] = []
  for await (const batch of readPaths(paths, files)) batches.push(batch)
  return batches
}
