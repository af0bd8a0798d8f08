import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Fault } from './faults.ts'

/** What became of a fault: its tests failed, all passed, it does not fit, or its tests fail without it. */
export type Fate = 'caught' | 'missed' | 'stale' | 'unsound'

const left = new Set(['node_modules', '.git', 'coverage', 'dist'])

/** A copy of the tree in which faults can be planted; the tree itself is never touched. */
export async function copyOf(root: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'keytrail-faults-'))
  await cp(root, copy, { recursive: true, filter: (path) => !left.has(basename(path)) })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

export const removeCopy = (copy: string): Promise<void> =>
  rm(copy, { recursive: true, force: true })

/** The text with the fault in it; undefined if it does not fit any more. */
export function planted(text: string, { find, replace }: Fault): string | undefined {
  const at = text.indexOf(find)
  if (at < 0 || text.includes(find, at + 1)) return undefined
  return text.slice(0, at) + replace + text.slice(at + find.length)
}

/** Plants one fault in the copy, runs its tests there, and takes it out again. */
export async function tryFault(copy: string, fault: Fault, seed: number): Promise<Fate> {
  const path = join(copy, fault.file)
  const text = await readFile(path, 'utf8').catch(() => '')
  const broken = planted(text, fault)
  if (broken === undefined) return 'stale'
  await writeFile(path, broken)
  try {
    return (await testsPass(copy, fault.tests, seed)) ? 'missed' : 'caught'
  } finally {
    await writeFile(path, text)
  }
}

/** Do these tests pass? The seed is fixed, so that a fault that is caught today is caught tomorrow. */
export function testsPass(copy: string, tests: readonly string[], seed: number): Promise<boolean> {
  const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs')
  const running = spawn(process.execPath, [vitest, 'run', '--bail=1', ...tests], {
    cwd: copy,
    stdio: 'ignore',
    env: { ...process.env, TEST_SEED: String(seed) },
    timeout: 180_000,
  })
  return new Promise((resolve, reject) => {
    running.once('error', reject)
    running.once('close', (code) => resolve(code === 0))
  })
}
