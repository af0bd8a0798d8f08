import { expect, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import { type Command, exit, isOn, numberOf, textOf, textsOf, UsageError } from './command.ts'
import { dispatch, type Surroundings } from './dispatch.ts'
import { noMachine } from '#test/machine.ts'

/** Prints what it was given, as JSON. */
const echo: Command = {
  name: 'echo',
  summary: 'Say what was said',
  usage: '[--loud] [--times N] [--to NAME]… <words…>',
  options: {
    loud: { type: 'boolean', prose: 'In capitals' },
    times: { type: 'string', placeholder: 'N', prose: 'How often' },
    to: { type: 'string', multiple: true, placeholder: 'NAME', prose: 'Whom to tell' },
  },
  run: async (args, { stdout, config }) => {
    const times = numberOf(args, 'times', { min: 1, max: 9, whole: true })
    const said = {
      words: args.positionals,
      loud: isOn(args, 'loud'),
      times,
      to: textsOf(args, 'to'),
      batch: config.batch,
      file: textOf(args, 'config'),
    }
    stdout.write(JSON.stringify(said))
    return exit.incidents
  },
}

function throwing(error: unknown): Command {
  const run = () => Promise.reject(error)
  return { name: 'fail', summary: 'Fail', usage: '', options: {}, run }
}

/** A disk without files. */
const files: Surroundings['files'] = {
  find: async () => ({ sources: [], unread: [] }),
  gunzip: (compressed) => compressed,
}

async function run(argv: readonly string[], given: Partial<Surroundings> = {}, command = echo) {
  const out: string[] = []
  const err: string[] = []
  const status = await dispatch(argv, [command], {
    stdout: { write: (text) => out.push(text), isTerminal: false },
    stderr: { write: (text) => err.push(text), isTerminal: false },
    files,
    effects: memoryEffects,
    machine: noMachine,
    cwd: '/',
    version: '1.2.3',
    environment: {},
    readText: () => undefined,
    ...given,
  })
  return { status, out: out.join(''), err: err.join('') }
}

test('a command gets its words, options and settings, and gives the status', async () => {
  const argv = ['echo', 'a', '--loud', '--times', '2', '--to', 'x', '--to=y', '--batch', '7', 'b']
  const { status, out } = await run(argv)
  const said = { words: ['a', 'b'], loud: true, times: 2, to: ['x', 'y'], batch: 7 }
  expect(JSON.parse(out)).toEqual(said)
  expect(status).toBe(3)
})

test.each([
  ['a settings file by default', ['echo'], { 'keytrail.yaml': 'batch: 5' }, {}, 5],
  ['a named settings file', ['echo', '--config', 'my.yaml'], { 'my.yaml': 'batch: 6' }, {}, 6],
  [
    'a variable over the file',
    ['echo'],
    { 'keytrail.yaml': 'batch: 5' },
    { KEYTRAIL_BATCH: '8' },
    8,
  ],
  ['a file with comments only', ['echo'], { 'keytrail.yaml': '# nothing yet' }, {}, 2000],
])('settings: %s', async (_, argv, files: Record<string, string>, environment, batch) => {
  const { out } = await run(argv, { environment, readText: (path) => files[path] })
  expect(JSON.parse(out)).toMatchObject({ batch })
})

test.each([
  [['ecko'], 'Unknown command "ecko". Did you mean "echo"? See keytrail --help.\n'],
  [['\u001b[2J'], 'Unknown command "\\u{1b}[2J". See keytrail --help.\n'],
  [['toString'], 'Unknown command "toString". See keytrail --help.\n'],
  [['help', 'nothing'], 'Unknown command "nothing". See keytrail --help.\n'],
  [
    ['echo', '--loudd'],
    `Unknown flag --loudd. Did you mean "--loud"?\nUsage: keytrail echo ${echo.usage}\n`,
  ],
  [
    ['echo', '--partition', '3'],
    `Unknown flag --partition. Did you mean "--partitions"?\nUsage: keytrail echo ${echo.usage}\n`,
  ],
  [
    ['echo', '--times', 'x'],
    `--times: "x" is not allowed; allowed: a whole number from 1 to 9.\nUsage: keytrail echo ${echo.usage}\n`,
  ],
  [
    ['echo', '--batch', '0'],
    'batch: 0 (from --batch) is not allowed; allowed: a whole number from 1 to 1000000 (activities)\n',
  ],
  [
    ['echo', '--config', 'none.yaml'],
    '--config: "none.yaml" is not allowed; allowed: a file that can be read\n',
  ],
])('%j is an error of usage', async (argv, message) => {
  expect(await run(argv)).toEqual({ status: 2, out: '', err: message })
})

test('a value that is missing is an error of usage', async () => {
  const { status, err } = await run(['echo', '--times'])
  expect(status).toBe(2)
  expect(err).toContain('--times')
})

test.each([
  ['broken', 'batch: [1'],
  ['a bomb', `a: &a [1]\n${Array.from({ length: 30 }, (_, i) => `b${i}: *a`).join('\n')}`],
])('a settings file that is %s is told by name', async (_, text) => {
  const { status, err } = await run(['echo'], { readText: () => text })
  expect(status).toBe(2)
  expect(err).toMatch(/^keytrail\.yaml: /)
})

test.each([[[]], [['help']], [['--help']], [['-h']]])('%j lists the commands', async (argv) => {
  const { status, out } = await run(argv)
  expect(status).toBe(0)
  expect(out).toContain('  echo  Say what was said\n')
})

test.each([[['help', 'echo']], [['echo', '--help']]])('%j explains the command', async (argv) => {
  const { status, out } = await run(argv)
  expect(status).toBe(0)
  expect(out).toContain(`Usage: keytrail echo ${echo.usage}\n`)
  expect(out).toContain('  --times N\n      How often.\n')
})

test('settings are explained', async () => {
  expect((await run(['help', 'settings'])).out).toContain('  --partitions N\n')
})

test.each([[['--version']], [['version']], [['echo', '--version']]])(
  '%j is the version',
  async (argv) => {
    expect(await run(argv)).toEqual({ status: 0, out: '1.2.3\n', err: '' })
  },
)

test.each([
  [new UsageError('No path.'), 2, 'No path.\nUsage: keytrail fail\n'],
  ['text', 1, 'This is a fault of keytrail, please report it:\ntext\n'],
])('a command that throws %o', async (error, status, err) => {
  expect(await run(['fail'], {}, throwing(error))).toEqual({ status, out: '', err })
})

test('a fault shows where it arose', async () => {
  const { status, err } = await run(['fail'], {}, throwing(new Error('odd')))
  expect(status).toBe(1)
  expect(err).toMatch(/please report it:\nError: odd\n {4}at /)
})
