import { normalise } from '#services/normalise/normalise.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import type { Command } from './command.ts'
import { alertsCommand } from './alerts.ts'
import { auditCommand } from './audit.ts'
import { approveCommand, containCommand, denyCommand } from './contain.ts'
import { deadletters } from './deadletters.ts'
import { detectionsCommand } from './detections.ts'
import { docsCommand } from './docs.ts'
import { doctorCommand } from './doctor.ts'
import { incidentsCommand } from './incidents.ts'
import { replayCommand } from './replay.ts'
import { serveCommand } from './serve.ts'
import { sourcesCommand } from './sources.ts'
import { topicsCommand } from './topics.ts'
import { exampleCommand } from './example.ts'
import { whoCommand } from './who.ts'

/** Which accounts are trusted changes what a record means, never whether it can be understood. */
const anyAccount = { trustedAccounts: new Set<string>() }

/** All commands, in the order in which help shows them. Adding one: its file, and a line here. */
export const commands: readonly Command[] = [
  replayCommand,
  serveCommand,
  whoCommand,
  incidentsCommand,
  alertsCommand,
  containCommand,
  approveCommand,
  denyCommand,
  auditCommand,
  detectionsCommand,
  sourcesCommand,
  topicsCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
  exampleCommand,
  docsCommand,
  deadletters((raw) => normalise(raw, anyAccount)),
]
