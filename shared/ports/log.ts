/** Facts about an event of the program, for machines; secrets in them never reach the output. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Where the program tells its operator what it does. Names of levels as syslog and pino use them.
 * Not for findings and incidents: those are effects with a port of their own.
 */
export type Log = {
  readonly debug: (message: string, fields?: LogFields) => void
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
}
