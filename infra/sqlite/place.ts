import { closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { reasonOf, Unusable } from '#shared/errors.ts'

/**
 * File systems that lie on another machine, by `f_type` of statfs(2): their locks and syncs do not hold what SQLite needs
 * (sqlite.org/howtocorrupt.html §2.1). Linux alone numbers them so.
 */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x7461636f, 'OCFS2'],
  [0x01161970, 'GFS2'],
  [0x786f4256, 'a shared folder of VirtualBox'],
])

/** What the file system below a folder is, by its number. */
export type FileSystemOf = (folder: string) => number

export const fileSystemOf: FileSystemOf = (folder) => statfsSync(folder).type

/**
 * Makes sure that a data file can live here: its folder exists (only its owner may enter one that is made now), is local, and
 * the file is a file that only its owner may read.
 *
 * @throws Unusable that says what to do
 */
export function preparePlace(file: string, systemOf: FileSystemOf): void {
  const folder = dirname(resolve(file))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Unusable(`${folder}: the folder cannot be made (${reasonOf(cause)})`, { cause })
  }
  const network = process.platform === 'linux' ? remote.get(systemOf(folder)) : undefined
  if (network !== undefined) {
    throw new Unusable(
      `${folder}: lies on a network or foreign file system (${network}), where locks and syncs cannot be relied on; choose a folder on a local disk`,
    )
  }
  if (existsSync(file)) {
    if (!statSync(file).isFile()) throw new Unusable(`${file}: is no file`)
    return
  }
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (cause) {
    throw new Unusable(
      `${file}: cannot be made (${reasonOf(cause)}); give this user the right to write ${folder}, or choose another folder`,
      { cause },
    )
  }
}
