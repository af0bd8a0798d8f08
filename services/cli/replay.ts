import { writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { canonicalise } from '#shared/facts/canonical.ts'
import { printable } from '#shared/printable.ts'
import type { Arrival } from '#services/replay/arrival.ts'
import { parseCover, type Cover } from '#services/replay/coverage.ts'
import type { Replayed } from '#services/replay/replay.ts'
import {
  type Arguments,
  type Command,
  type Context,
  exit,
  isOn,
  numberOf,
  textOf,
  textsOf,
  UsageError,
} from './command.ts'
import { jsonLines } from './report-json.ts'
import { report } from './report-text.ts'
import { runFiles } from './run-files.ts'

/** `keytrail replay`: from files to incidents. */
export const replayCommand: Command = {
  name: 'replay',
  summary: 'Find incidents in CloudTrail files and agent telemetry',
  usage:
    '[--json] [--covers ACCOUNT[:REGIONS]]… [--shuffle SEED] [--duplicate P] [--delay S] [--outcome FILE] <paths…>',
  options: {
    json: { type: 'boolean', prose: 'One JSON object a line: incidents, findings, the summary' },
    covers: {
      type: 'string',
      multiple: true,
      placeholder: 'ACCOUNT[:REGIONS]',
      prose:
        'These files hold everything that the account logged, so what is missing in them did not happen; @TIME behind it says since when',
    },
    shuffle: {
      type: 'string',
      placeholder: 'SEED',
      prose: 'Mix all records; the outcome stays the same',
    },
    duplicate: {
      type: 'string',
      placeholder: 'P',
      prose: 'Repeat each record with this chance, 0 to 1',
    },
    delay: {
      type: 'string',
      placeholder: 'S',
      prose: 'Let each record arrive up to so many seconds later',
    },
    outcome: {
      type: 'string',
      placeholder: 'FILE',
      prose: 'Write the JSON of which the outcome is the hash',
    },
  },
  run: replayFiles,
}

async function replayFiles(args: Arguments, context: Context): Promise<number> {
  const paths = args.positionals
  if (paths.length === 0) throw new UsageError('replay: which files or folders?')
  const run = await runFiles(paths, context, { arrival: arrivalOf(args), covers: coversOf(args) })
  const { replayed } = run
  for (const { path, reason } of replayed.unread)
    context.stderr.write(`${printable(path)}: ${printable(reason)}\n`)
  await writeOutcome(textOf(args, 'outcome'), replayed, context)
  const lines = isOn(args, 'json') ? jsonLines(run) : report(run, context, paths)
  for (const line of lines) context.stdout.write(`${line}\n`)
  return statusOf(replayed)
}

/** Nothing read, or nothing of it understood, is a failure: silence must not look like "all clear". */
export function statusOf({ counts, unread, incidents }: Replayed): number {
  const { read, mapped, duplicate, dead } = counts
  if (read === 0) return exit.failed
  if (mapped + duplicate === 0 && (dead > 0 || unread.length > 0)) return exit.failed
  return incidents.length > 0 ? exit.incidents : exit.fine
}

function arrivalOf(args: Arguments): Arrival {
  const shuffle = numberOf(args, 'shuffle', { min: 0, max: 2 ** 32 - 1, whole: true })
  const duplicate = numberOf(args, 'duplicate', { min: 0, max: 1 })
  const delay = numberOf(args, 'delay', { min: 0, max: 365 * 86_400 })
  return {
    ...(shuffle !== undefined && { shuffle }),
    ...(duplicate !== undefined && { duplicate }),
    ...(delay !== undefined && { delayMs: delay * 1000 }),
  }
}

function coversOf(args: Arguments): Cover[] {
  return textsOf(args, 'covers').map((text) => {
    const cover = parseCover(text)
    if (cover) return cover
    throw new UsageError(
      `--covers: "${text}" is not allowed; allowed: an account id of twelve digits, with regions behind a colon.`,
    )
  })
}

async function writeOutcome(
  file: string | undefined,
  { outcome }: Replayed,
  { cwd }: Context,
): Promise<void> {
  if (file === undefined) return
  try {
    await writeFile(isAbsolute(file) ? file : join(cwd, file), canonicalise(outcome))
  } catch {
    throw new UsageError(`--outcome: "${file}" cannot be written.`)
  }
}
