import { resolve } from 'node:path'
import { isAddress } from '#shared/config/place.ts'
import { Unusable } from '#shared/errors.ts'
import { type Command, exit, isOn, UsageError } from './command.ts'

/** `keytrail backup`: a copy of the data file, taken while it is in use. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy the data file, also while serve runs',
  usage: '<FILE> [--data FILE]',
  options: {},
  run({ positionals }, { machine, config, cwd, stdout }) {
    const [target, ...more] = positionals
    if (target === undefined || more.length > 0) throw new UsageError('backup: to which file?')
    refuseAddress(config.data)
    machine.backUp(resolve(cwd, config.data), resolve(cwd, target))
    stdout.write(`${config.data} is copied to ${target}, and every page of the copy was read.\n`)
    return Promise.resolve(exit.fine)
  },
}

/** `keytrail restore`: a backup in the place of the data file. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of the data file, while nobody serves it',
  usage: '<FILE> [--replace] [--data FILE]',
  options: {
    replace: { type: 'boolean', prose: 'The data file that is there is replaced' },
  },
  run(args, { machine, config, cwd, stdout }) {
    const [backup, ...more] = args.positionals
    if (backup === undefined || more.length > 0) throw new UsageError('restore: from which file?')
    refuseAddress(config.data)
    machine.restore(resolve(cwd, backup), resolve(cwd, config.data), isOn(args, 'replace'))
    stdout.write(
      `${config.data} is as it was in ${backup}. What serve took in since then comes again only from sources that still have it.\n`,
    )
    return Promise.resolve(exit.fine)
  },
}

/** @throws Unusable for a database, which has better ways of its own */
function refuseAddress(place: string): void {
  if (isAddress(place))
    throw new Unusable(
      'the data is in PostgreSQL: pg_dump and pg_restore, or its continuous archive, copy it (docs/operate.md)',
    )
}
