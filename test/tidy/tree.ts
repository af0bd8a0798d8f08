import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of each file by its path from the root, with `/` between folders. */
export type Tree = ReadonlyMap<string, string>

/** What is no text of ours: installed, generated, or kept by git itself. */
const foreign = new Set(['.git', 'node_modules', 'dist', 'coverage'])

/** Every file under `root`, so that a file is judged before git knows it. */
export function treeAt(root: string): Tree {
  return new Map(pathsBelow(root, '').map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

function pathsBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (foreign.has(entry.name)) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return pathsBelow(root, path)
    return entry.isFile() ? [path] : []
  })
}
