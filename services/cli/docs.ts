import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { settingsPage } from '#shared/config/help.ts'
import { detections } from '#services/detect/detections/index.ts'
import { activityJsonSchema } from '#services/normalise/activity-schema.ts'
import { type Command, exit, isOn } from './command.ts'
import { detectionPages } from './docs-detections.ts'

const docs = new URL('../../docs/', import.meta.url)

/** `npm run docs`: what is told by the code is written from the code. */
export const docsCommand: Command = {
  name: 'docs',
  summary: 'Write the generated pages of docs/',
  usage: '[--check]',
  options: { check: { type: 'boolean', prose: 'Write nothing; say which pages are stale' } },
  async run(args, { stdout }) {
    const stale = stalePages()
    if (!isOn(args, 'check')) stale.forEach(mend)
    const word = isOn(args, 'check') ? 'stale' : 'wrote'
    for (const { path } of stale) stdout.write(`${word} docs/${path}\n`)
    if (stale.length === 0) stdout.write('docs/ tells what the code does.\n')
    return await Promise.resolve(isOn(args, 'check') && stale.length > 0 ? exit.failed : exit.fine)
  },
}

/** Every generated page, by its path below docs/. */
function pages(): Map<string, string> {
  const found = new Map([
    ['settings.md', settingsPage()],
    ['schemas/agent-activity.schema.json', activityJsonSchema()],
  ])
  for (const [name, text] of detectionPages(detections)) found.set(`detections/${name}`, text)
  return found
}

/** A page that is not as it should be; without text it should not be there. */
type Stale = { readonly path: string; readonly text: string | undefined }

/** Pages that differ from what the code says, and pages of detections that are no more. */
export function stalePages(): Stale[] {
  const wanted = pages()
  const differing = [...wanted]
    .filter(([path, text]) => read(path) !== text)
    .map(([path, text]) => ({ path, text }))
  const left = pagesThere()
    .filter((path) => !wanted.has(path))
    .map((path) => ({ path, text: undefined }))
  return [...differing, ...left]
}

function pagesThere(): string[] {
  try {
    return readdirSync(new URL('detections/', docs)).map((name) => `detections/${name}`)
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, docs), 'utf8')
  } catch {
    return undefined
  }
}

function mend({ path, text }: Stale): void {
  const file = new URL(path, docs)
  if (text === undefined) return rmSync(file)
  mkdirSync(new URL(dirname(path), docs), { recursive: true })
  writeFileSync(file, text)
}
