import type { Config } from '#shared/config.ts'
import type { Actuator } from '#shared/ports/actuator.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { EventHistory } from '#shared/ports/cloudtrail.ts'
import type { Destination } from '#shared/config/destinations.ts'
import type { TopicSource } from '#shared/config/kafka.ts'
import type { WorkersCluster } from '#shared/config/workers.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Effects } from '#shared/ports/effects.ts'
import type { HopLog } from '#shared/ports/hop-log.ts'
import type { Listen } from '#shared/ports/http.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Permissions } from '#shared/ports/permissions.ts'
import type { Buckets, Queue } from '#shared/ports/queue.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { SharedSeats } from '#shared/ports/seats.ts'
import type { Sender } from '#shared/ports/sender.ts'
import type { Files } from '#shared/ports/sources.ts'
import type { TopicAdmin } from '#shared/ports/topic-admin.ts'
import type { Topic } from '#shared/ports/topic.ts'
import type { AtCrashPoint } from '#services/serve/crash-points.ts'

/** One option of a command, as node:util `parseArgs` takes it, with what help says about it. */
export type Option = {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly short?: string
  /** What it does: a phrase for help, no full stop. */
  readonly prose: string
  /** How its value is shown, such as `FILE`; only for strings. */
  readonly placeholder?: string
}

/** What the user wrote behind the command's name. */
export type Arguments = {
  readonly positionals: readonly string[]
  /** By option name; options that were not given are absent. */
  readonly values: Readonly<Record<string, OptionValue | undefined>>
}
type OptionValue = string | boolean | (string | boolean)[]

/** The world as a command may touch it; process.ts gives the real one, tests a fake. */
export type Context = {
  readonly stdout: Output
  readonly stderr: Output
  readonly config: Config
  /** Where records are read from. */
  readonly files: Files
  /** A fresh place for what stands at the end of a run. */
  readonly effects: () => Effects
  /** What commands on a data file need. */
  readonly machine: Machine
  /** Version of this build. */
  readonly version: string
  /** Environment variables, such as NO_COLOR. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Working directory from which relative paths count; absolute. */
  readonly cwd: string
}

type Closing = { readonly close: () => void }

/** Ways to AWS. @throws Unusable for an endpoint that is not AWS's, unless the access allows it */
export type CloudAccess = {
  readonly history: (access: AwsAccess) => EventHistory & Closing
  readonly queue: (access: AwsAccess, region: string, url: string) => Queue & Closing
  readonly buckets: (access: AwsAccess, region: string) => Buckets & Closing
  /** What somebody may do there, asked without doing it. */
  readonly permissions: (access: AwsAccess) => Permissions
  /** Cuts in these accounts, by id. */
  readonly actuator: (accesses: ReadonlyMap<string, AwsAccess>) => Actuator & Closing
}

/** Another process serves it. */
type Held = { readonly heldBy: string }

/** What a command that stays, or works on what one keeps, needs of the machine. */
export type Machine = {
  /**
   * Opens a data file, or a database by its address, as its owner, or says who has it.
   * @throws Unusable in words for the operator; Transient if there is no answer
   */
  readonly own: (place: string, leaseMs: number) => Held | DataFile | Promise<Held | DataFile>
  /** Opens it for short work, whether or not it is served; makes it if there is none, unless told to refuse. @throws as above */
  readonly beside: (place: string, ifMissing?: 'make' | 'refuse') => DataFile | Promise<DataFile>
  /** Copies a data file, also while it is served. @throws Unusable as above, or if the target exists */
  readonly backUp: (file: string, target: string) => void
  /** Puts a backup in the place of a data file that nobody serves. @throws Unusable as above */
  readonly restore: (backup: string, file: string, mayReplace: boolean) => void
  /** So many bytes of chance, fit for secrets. */
  readonly chance: (bytes: number) => Uint8Array
  readonly listen: Listen
  /** Loads what speaks to AWS, which takes a second and which few commands need. */
  readonly cloud: () => Promise<CloudAccess>
  /** Topics of Kafka by the name of their source; loads what speaks to it if there are any. @throws Unusable if a secret is missing */
  readonly topics: (sources: readonly TopicSource[]) => Promise<ReadonlyMap<string, Topic>>
  /** Who makes and looks at the topics of workers. @throws Unusable if a secret is missing */
  readonly topicAdmin: (cluster: WorkersCluster) => Promise<TopicAdmin>
  /** The topics of workers, followed by this process. @throws Unusable if a secret is missing; Transient if there is no answer */
  readonly hopLog: (cluster: WorkersCluster, hops: readonly string[]) => Promise<HopLog>
  /** Who works where, in a database by its address. @throws by disposition */
  readonly seats: (address: string) => Promise<SharedSeats>
  /** How others see this process. */
  readonly name: () => string
  /** Who sends to each destination, by name. @throws Unusable if a secret is missing */
  readonly senders: (destinations: readonly Destination[]) => ReadonlyMap<string, Sender>
  /** As whom this process runs, to sign with. */
  readonly user: () => string
  readonly scheduler: Scheduler
  readonly log: Log
  /** Hears how far the work has come, so that a crash test can end the process there; for everybody else it does nothing. */
  readonly at: AtCrashPoint
  /** Resolves when somebody asks the program to end, with the name of the signal. */
  readonly asked: () => Promise<string>
}

export type Output = {
  readonly write: (text: string) => void
  /** Whether a person reads it, so that progress and colour make sense. */
  readonly isTerminal: boolean
}

/** One command of `keytrail`, in a file of its own name, listed in commands.ts. */
export type Command = {
  readonly name: string
  /** One line for the list of commands, no full stop. */
  readonly summary: string
  /** What stands behind `keytrail NAME` in the usage line. */
  readonly usage: string
  readonly options: Readonly<Record<string, Option>>
  /**
   * Does the work and resolves to the exit status.
   * @throws UsageError for arguments that cannot be meant; it becomes exit status 2.
   */
  readonly run: (args: Arguments, context: Context) => Promise<number>
}

/** The exit statuses, one meaning each for all commands. */
export const exit = {
  fine: 0,
  /** Nothing could be read, all that was read was refused, or the program failed. */
  failed: 1,
  usage: 2,
  /** Incidents stand. */
  incidents: 3,
  /** The id asked for occurs nowhere. */
  unknownId: 4,
} as const

/** The user's arguments make no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The value of a string option, or undefined. */
export function textOf(args: Arguments, option: string): string | undefined {
  const value = args.values[option]
  return typeof value === 'string' ? value : undefined
}

/** All values of a repeatable string option. */
export function textsOf(args: Arguments, option: string): readonly string[] {
  const value = args.values[option]
  return [value ?? []].flat().filter((item) => typeof item === 'string')
}

/** Whether a switch was given. */
export function isOn(args: Arguments, option: string): boolean {
  return args.values[option] === true
}

/**
 * The value of an option that is a number within bounds, or undefined if it was not given.
 * @throws UsageError naming option, value and bounds.
 */
export function numberOf(
  args: Arguments,
  option: string,
  bounds: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number | undefined {
  const text = textOf(args, option)
  if (text === undefined) return undefined
  const { min, max, whole = false } = bounds
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  throw new UsageError(
    `--${option}: "${text}" is not allowed; allowed: ${kind} from ${min} to ${max}.`,
  )
}
