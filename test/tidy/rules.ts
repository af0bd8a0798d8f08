import type { Tree } from './tree.ts'

/** A house rule: its name says what holds; `broken` says where it does not, and what to do. */
export type Rule = {
  readonly name: string
  readonly broken: (tree: Tree) => readonly string[]
}

const isSource = (path: string) => /\.(ts|mjs)$/.test(path)
const isTest = (path: string) => path.endsWith('.test.ts')
const isPure = (path: string) =>
  /^(shared|services)\/.*\.ts$/.test(path) &&
  !/^services\/(cli|console)\/|^services\/main\.ts$/.test(path) &&
  !isTest(path)

/** The rules in one list; each is broken once on purpose in test/guards.test.ts. */
export const rules: readonly Rule[] = [
  {
    name: 'files are short',
    broken: (tree) =>
      filesWhere(tree, isSource, (text, path) => {
        const lines = text.split('\n').length - 1
        const limit = isTest(path) ? 500 : 300
        return lines > limit && `${lines} lines, at most ${limit}: give one of its parts a file`
      }),
  },
  {
    name: 'every detection is listed',
    broken: (tree) => {
      const index = tree.get('services/detect/detections/index.ts') ?? ''
      const isDetection = (path: string) =>
        /^services\/detect\/detections\/(?!index\.)[\w-]+\.ts$/.test(path) && !isTest(path)
      return filesWhere(tree, isDetection, (_, path) => {
        const name = path.slice(path.lastIndexOf('/') + 1)
        return !index.includes(`'./${name}'`) && `add './${name}' to detections/index.ts`
      })
    },
  },
  {
    name: 'no package runs a script when it is installed',
    broken: (tree) =>
      linesWhere(tree, isLock, /"hasInstallScript": true/, 'choose a package without one'),
  },
  {
    name: 'the lock file names no registry',
    broken: (tree) =>
      linesWhere(tree, isLock, /"resolved": "http/, 'npm install with the .npmrc of this folder'),
  },
  {
    name: 'dependencies are pinned exactly',
    broken: (tree) => unpinned(tree.get('package.json') ?? '{}'),
  },
  {
    name: 'no test is left out',
    broken: (tree) =>
      linesWhere(
        tree,
        isTest,
        /\b(it|test|describe)\.(skip|only|todo|fails)\b/,
        'repair it or delete it',
      ),
  },
  {
    name: 'nothing is put off in a comment',
    broken: (tree) =>
      linesWhere(tree, isSource, /\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/, 'do it, or file an issue'),
  },
  {
    name: 'pure code reads no clock',
    broken: (tree) =>
      linesWhere(tree, isPure, /\bnew Date\(\)|(?<!new )\bDate\(\)/, 'time comes with the message'),
  },
  {
    name: 'no path or host of one machine',
    broken: (tree) => [
      // Split by brackets here, so that these lines do not break their own rule.
      ...linesWhere(tree, isText, /(^|[\s'"`(=:])\/(wor[k]|hom[e]|User[s])\/\w/, elsewhere),
      ...linesWhere(tree, (p) => isText(p) && !isTest(p), /(^|[\s'"`(=:])\/tm[p]\//, elsewhere),
      ...linesWhere(
        tree,
        isText,
        /\bregistr[y]\.(?:npm|yarn|[\w-]+\.(?:org|com|net|io|dev|local)\b)|\bartifactor[y]\b|\bverdacci[o]\b/i,
        elsewhere,
      ),
    ],
  },
  {
    name: 'the text speaks of the product only',
    broken: (tree) =>
      linesWhere(
        tree,
        isText,
        /\bcopilo[t]\b|claude[ -]cod[e]|\bco-authored-b[y]\b|\bsub-?agent sessio[n]|\bas an a[i]\b/i,
        'say what holds, not who wrote it',
      ),
  },
  {
    name: 'the change log knows this version',
    broken: (tree) => {
      const { version = '' } = JSON.parse(tree.get('package.json') ?? '{}') as { version?: string }
      const isKnown = (tree.get('CHANGELOG.md') ?? '').includes(`## ${version}`)
      return isKnown ? [] : [`CHANGELOG.md: add a heading "## ${version}" and what changed`]
    },
  },
]

const elsewhere = 'say it in a way that holds on every machine'

function isLock(path: string): boolean {
  return path === 'package-lock.json'
}

/** Everything that people write; the lock file has a rule of its own. */
function isText(path: string): boolean {
  return !isLock(path)
}

function filesWhere(
  tree: Tree,
  isMeant: (path: string) => boolean,
  judge: (text: string, path: string) => string | false,
): string[] {
  return [...tree]
    .filter(([path]) => isMeant(path))
    .flatMap(([path, text]) => {
      const advice = judge(text, path)
      return advice === false ? [] : [`${path}: ${advice}`]
    })
}

function linesWhere(
  tree: Tree,
  isMeant: (path: string) => boolean,
  wrong: RegExp,
  advice: string,
): string[] {
  return [...tree]
    .filter(([path, text]) => isMeant(path) && wrong.test(text))
    .flatMap(([path, text]) =>
      text
        .split('\n')
        .flatMap((line, i) => (wrong.test(line) ? [`${path}:${i + 1}: ${advice}`] : [])),
    )
}

function unpinned(manifest: string): string[] {
  const parsed = JSON.parse(manifest) as Record<string, Record<string, string> | undefined>
  return ['dependencies', 'devDependencies', 'optionalDependencies']
    .flatMap((group) => Object.entries(parsed[group] ?? {}))
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(([name, version]) => `package.json: ${name} ${version}: pin one version`)
}
