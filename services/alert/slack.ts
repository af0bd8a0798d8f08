import type { EventKind, Notice } from '#shared/messages/desk.ts'
import type { Severity } from '#shared/messages/finding.ts'
import { levels, type LevelHolder } from '#shared/messages/holder.ts'
import { safe, safeList } from './safe.ts'

/**
 * Body of a Slack incoming webhook, as Block Kit. What records chose stands in `plain_text` only, where Slack reads neither
 * links nor mentions; in the fallback text it is escaped as docs.slack.dev/messaging/formatting-message-text says.
 */
export function slackBody({ event, of, incident }: Notice): string {
  const { severity, title, findings, credentials, unknown } = incident
  const what = `${words[event.kind]}: ${of.handle}`
  const fields = [
    ['Severity', severity],
    ...levels.map((level) => [level, holderWords(incident.holder[level])] as const),
    ['Credentials', some(credentials, 3)],
    ['Findings', some([...new Set(findings.map(({ detection }) => detection))], 5)],
    ...(of.containment === undefined ? [] : [['Containment', safe(of.containment)] as const]),
  ] as const
  return JSON.stringify({
    text: escaped(`${marks[severity]} ${what}: ${safe(title)}`),
    // Names that look like channels, people or addresses stay what they are: text.
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(`${marks[severity]} ${what}`, headerMax) },
      { type: 'section', text: plain(title, sectionMax) },
      ...(event.says.length > 0
        ? [{ type: 'section', text: plain(safeList(event.says, 10).join('\n'), sectionMax) }]
        : []),
      {
        type: 'section',
        fields: fields.map(([name, value]) => plain(`${name}: ${value}`, fieldMax)),
      },
      ...(unknown.length > 0
        ? [
            {
              type: 'context',
              elements: [plain(`Not known: ${safeList(unknown, 3).join('; ')}`, sectionMax)],
            },
          ]
        : []),
      { type: 'context', elements: [plain(`${event.id} · by ${event.by}`, fieldMax)] },
    ],
  })
}

/** Characters that Slack takes in a header, a field and a section (docs.slack.dev/reference/block-kit), with room for escapes. */
const headerMax = 140
const fieldMax = 1000
const sectionMax = 2000

const plain = (text: string, limit: number) => ({
  type: 'plain_text',
  text: cut(safe(text, limit), limit),
  emoji: false,
})

const cut = (text: string, limit: number): string =>
  text.length > limit ? `${text.slice(0, limit - 1)}…` : text

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function some(names: readonly string[], shown: number): string {
  if (names.length === 0) return 'none'
  const rest = names.length - shown
  return `${safeList(names, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function holderWords({ id, rank, candidates }: LevelHolder): string {
  if (id !== null) return `${safe(id, 200)} (${rank})`
  return candidates.length > 0 ? `ambiguous: ${some(candidates, 3)}` : 'not known'
}

const words: Readonly<Record<EventKind, string>> = {
  raised: 'New incident',
  changed: 'Incident changed',
  acknowledged: 'Incident acknowledged',
  withdrawn: 'Incident withdrawn',
  merged: 'Incident merged',
  closed: 'Incident closed',
  reopened: 'Incident reopened',
}

const marks: Readonly<Record<Severity, string>> = {
  critical: '◆',
  high: '▲',
  medium: '■',
  low: '●',
  info: '·',
}
