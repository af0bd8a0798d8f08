import { toldMax, type Told } from '#shared/messages/desk.ts'
import { graver } from '#shared/messages/finding.ts'
import { levels, type LevelHolder } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'

/** What an analyst must hear of an incident that he knows: a phrase each. */
export type News = {
  /** New detections, credentials, a graver severity: what would make him open it again. */
  readonly grave: readonly string[]
  /** Who holds it, learnt or corrected: worth a word, no reason to open it again. */
  readonly known: readonly string[]
  /** Not to be held back. */
  readonly urgent: boolean
}

/**
 * The difference between what was told and what stands. More evidence of the same kind is no news, neither are a later
 * time, a better rank for the same holder and a lower severity: they are shown, never sent.
 */
export function newsOf(told: Told, incident: Incident): News {
  const rose = graver(told.severity, incident.severity) !== told.severity
  return {
    grave: [
      ...(rose ? [`severity rose from ${told.severity} to ${incident.severity}`] : []),
      ...detectionsOf(incident)
        .filter((each) => !told.detections.includes(each))
        .slice(0, namedMax)
        .map((each) => `new finding: ${each.replaceAll('-', ' ')}`),
      ...newCredentials(told, incident),
    ],
    known: levels.flatMap((level) => learnt(level, told.holder[level], incident.holder[level])),
    urgent: rose,
  }
}

/** What is told once the incident as it stands has been told. */
export function toldNow(before: Told | undefined, incident: Incident, at: number): Told {
  return {
    at,
    severity: before ? graver(before.severity, incident.severity) : incident.severity,
    detections: union(before?.detections, detectionsOf(incident)),
    credentials: union(before?.credentials, incident.credentials),
    holder: {
      human: incident.holder.human.id,
      agent: incident.holder.agent.id,
      task: incident.holder.task.id,
    },
  }
}

/** Names that one phrase spells out. */
const namedMax = 3

const detectionsOf = ({ findings }: Incident): string[] =>
  [...new Set(findings.map(({ detection }) => detection))].toSorted()

const union = (a: readonly string[] = [], b: readonly string[]): string[] =>
  [...new Set([...a, ...b])].toSorted().slice(0, toldMax)

function newCredentials({ credentials }: Told, incident: Incident): string[] {
  if (credentials.length >= toldMax) return []
  const before = new Set(credentials)
  const fresh = incident.credentials.filter((key) => !before.has(key))
  if (fresh.length === 0) return []
  const named = fresh.slice(0, namedMax).join(', ')
  const rest = fresh.length - namedMax
  const more = rest > 0 ? ` and ${rest} more` : ''
  return [`new ${fresh.length === 1 ? 'credential' : 'credentials'}: ${named}${more}`]
}

function learnt(level: string, before: string | null, now: LevelHolder): string[] {
  if (now.id === before) return []
  if (now.id === null) return [`${level} ${before ?? ''} is no longer certain`]
  if (before === null) return [`${level} is known: ${now.id} (${now.rank})`]
  return [`${level} is ${now.id} (${now.rank}), not ${before}`]
}
