import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { configFrom } from '#shared/config.ts'
import { type Command, exit } from './command.ts'
import { report } from './report-text.ts'
import { runFiles } from './run-files.ts'
import { penFor, styled } from './styled.ts'

const example = new URL('../../examples/company/', import.meta.url)

/** `keytrail example`: the real engine over a small example, then the way to one's own logs. */
export const exampleCommand: Command = {
  name: 'example',
  summary: 'Replay the bundled example and show what it finds',
  usage: '',
  options: {},
  async run(_args, context) {
    const pen = penFor(context)
    const say = (text: string): void => context.stdout.write(`${text}\n`)
    const name = 'examples/company/keytrail.yaml'
    const content: unknown = parse(readFileSync(new URL('keytrail.yaml', example), 'utf8'))
    const config = configFrom({ environment: {}, flags: {}, file: { name, content } })
    const paths = ['AWSLogs', 'agents'].map((folder) => fileURLToPath(new URL(folder, example)))
    say(
      pen('One day of a made-up company with three agents: CloudTrail files and agent reports in'),
    )
    say(pen('examples/company, replayed by the same engine that reads your own logs.'))
    say('')
    const run = await runFiles(paths, { ...context, config })
    for (const line of report(run, context, ['examples/company'])) say(line)
    say('')
    say(
      pen(
        styled('strong', 'Ask who somebody is:  '),
        'npx keytrail who release-118 --config examples/company/keytrail.yaml --from examples/company',
      ),
    )
    say(
      pen(
        styled('strong', 'Your own logs:        '),
        'aws s3 sync s3://BUCKET/AWSLogs ./AWSLogs   (or: aws cloudtrail lookup-events > events.json)',
      ),
    )
    say(pen('                      npx keytrail replay ./AWSLogs'))
    return run.replayed.counts.mapped > 0 ? exit.fine : exit.failed
  },
}
