import { reasonOf } from '#shared/errors.ts'
import { printable } from '#shared/printable.ts'
import { diagnose, type Check } from '#services/doors/diagnose.ts'
import { Report } from '#services/doors/report.ts'
import { permissionsIn } from './permissions.ts'
import { type Command, exit, isOn, textOf, UsageError } from './command.ts'

/** How long the answer may take, ms. */
const patience = 10_000

/** `keytrail doctor`: what a running `keytrail serve` sees, what it does not see, and why. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Say what a running serve sees, what it cannot know, and what to do',
  usage: '[--url URL] [--json]',
  options: {
    url: {
      type: 'string',
      placeholder: 'URL',
      prose: 'Where serve listens; default: as http.host and http.port say',
    },
    json: { type: 'boolean', prose: 'One JSON object a line' },
  },
  async run(args, context) {
    const { stdout, config } = context
    const { http } = config
    const scheme = http.certificate === '' ? 'http' : 'https'
    const host = hostOf(http.host)
    const url = urlOf(textOf(args, 'url') ?? `${scheme}://${host}:${http.port}`)
    const report = await asked(url)
    const checks =
      typeof report === 'string'
        ? [unreachable(url, report), ...(await permissionsIn(context, undefined))]
        : [...diagnose(report), ...(await permissionsIn(context, report))]
    for (const check of checks)
      stdout.write(`${isOn(args, 'json') ? JSON.stringify(check) : lineOf(check)}\n`)
    return checks.some(({ is }) => is === 'wrong') ? exit.failed : exit.fine
  },
}

const unreachable = ({ origin }: URL, why: string): Check => ({
  what: 'serve',
  is: 'wrong',
  says: `${origin}: ${why}`,
  todo: 'is keytrail serve running there?',
})

/** Who listens on all addresses of this machine is asked on the one of which he shows the details. */
function hostOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function urlOf(text: string): URL {
  const url = URL.parse('/status.json', text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new UsageError(`--url: "${printable(text)}" is not allowed; allowed: http://HOST:PORT`)
}

/** The report, or why there is none. */
async function asked(url: URL): Promise<Report | string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'error' })
    if (!answer.ok) return `it answers ${answer.status}`
    const parsed = Report.safeParse(await answer.json())
    return parsed.success ? parsed.data : 'this is not a report of keytrail of this version'
  } catch (cause) {
    return cause instanceof Error && cause.cause ? reasonOf(cause.cause) : reasonOf(cause)
  }
}

const marks: Readonly<Record<Check['is'], string>> = { fine: 'ok', unknown: '?', wrong: '!!' }

const lineOf = ({ what, is, says, todo }: Check): string =>
  printable(`${marks[is].padEnd(3)}${what}: ${says}${todo === undefined ? '' : ` → ${todo}`}`)
