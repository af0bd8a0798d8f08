import { Unreadable, type ByteSource, type Files } from '#shared/ports/sources.ts'
import type { Intake } from '#shared/ports/intake.ts'
import { readFrom } from './bookmark.ts'
import { contentHash, textOf } from './content.ts'
import {
  readDigest,
  type Digest,
  type DigestPlace,
  type NamedFile,
  type NoDigest,
} from './digest.ts'

/** A digest file, as far as it is looked at. */
export type Pending = {
  readonly file: ByteSource
  readonly place: DigestPlace
  readonly stamp: string
  /** When it came to be the next, epoch ms. */
  readonly since: number
  readonly digest: Digest | NoDigest
  /** Files that are what it says, and those that are not, each as it was. */
  readonly checked: Map<string, { readonly stamp: string; readonly isSame: boolean }>
}

export type CheckPorts = { readonly files: Files; readonly intake: Pick<Intake, 'bookmark'> }

/** The folder as it was found. */
export type Ground = {
  /** Its name as a source. */
  readonly folder: string
  readonly at: ReadonlyMap<string, ByteSource>
  /** Is all that the file holds handed over? */
  readonly isRead: (file: ByteSource) => boolean
}

/** Files of one digest that are missing, up to so many. */
const lackingMax = 1_000

/** Another size or another time is another content. */
export const stampOf = ({ size, changed = 0 }: ByteSource): string =>
  `${size}:${Math.floor(changed)}`

export async function readPending(
  file: ByteSource,
  place: DigestPlace,
  since: number,
  { files }: CheckPorts,
): Promise<Pending> {
  const pending = { file, place, stamp: stampOf(file), since, checked: new Map() }
  try {
    const content = await textOf(file, files.gunzip)
    const digest =
      'text' in content ? readDigest(content.text, place) : { reason: content.reason, field: '' }
    return { ...pending, digest }
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    return { ...pending, digest: { reason: `no digest: ${thrown.message}`, field: '' } }
  }
}

/** What is missing of what a digest names, in words; `waits` while some of it is there and not read yet. */
export type Lacking = { readonly what: readonly string[]; readonly waits: boolean }

export async function lackingIn(
  pending: Pending,
  ground: Ground,
  ports: CheckPorts,
): Promise<Lacking> {
  const { digest, file, place } = pending
  if ('reason' in digest) return { what: [`${file.name} (${digest.reason})`], waits: false }
  const what: string[] = []
  let waits = false
  for (const named of digest.files) {
    const why = await whyLacking(named, place.root, pending, ground, ports)
    if (why === '') continue
    waits ||= why === notYet
    what.push(`${place.root}${named.path} (${why})`)
    if (what.length >= lackingMax) break
  }
  return { what, waits }
}

const notYet = 'not read yet'

async function whyLacking(
  { path, hash }: NamedFile,
  root: string,
  { checked }: Pending,
  { folder, at, isRead }: Ground,
  { intake, files }: CheckPorts,
): Promise<string> {
  const names = [`${root}${path}`, `${root}${path.replace(/\.gz$/, '')}`]
  const file = names.map((name) => at.get(name)).find((found) => found !== undefined)
  if (!file) {
    // What was read and taken away since needs not be there.
    const wasRead = names.some((name) => isWhole(intake.bookmark(`${folder}/${name}`)))
    return wasRead ? '' : 'not there'
  }
  if (!isRead(file)) return notYet
  const stamp = stampOf(file)
  const known = checked.get(path)
  if (known?.stamp === stamp) return known.isSame ? '' : otherContent
  try {
    const isSame = (await contentHash(file, files.gunzip)) === hash
    checked.set(path, { stamp, isSame })
    return isSame ? '' : otherContent
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    return `cannot be read: ${thrown.message}`
  }
}

const otherContent = 'not what its digest says'

/** Was all of the file read? */
function isWhole(bookmark: string | undefined): boolean {
  const read = readFrom(bookmark)
  return read !== undefined && read.through >= Number(read.stamp.split(':')[0])
}
