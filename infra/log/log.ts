import { pino } from 'pino'
import type { Log, LogFields } from '#shared/ports/log.ts'
import { redact, redactText } from '#shared/redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * JSON lines, one for each event; to standard error unless another sink is given, because
 * standard output belongs to results. Callers get the port only, never pino's logger, so nothing
 * goes out that was not redacted.
 */
export function pinoLog(level: LogLevel, sink: LogSink = pino.destination(2)): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink)
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) => {
      // Copying the fields is not free: do it only for lines that come out.
      if (logger.isLevelEnabled(name)) logger[name](redact(fields), redactText(message))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Takes one line at a time, with its line feed. */
export type LogSink = { readonly write: (line: string) => void }
