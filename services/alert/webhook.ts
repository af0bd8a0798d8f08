import type { Notice } from '#shared/messages/desk.ts'
import { inOwnWords, ocsfEvents } from './ocsf.ts'
import type { Voice } from './voice.ts'

/** Body of a webhook as Standard Webhooks 1.0.2 wants it: type, timestamp, data; the id is in its header. */
export function webhookBody(notice: Notice, voice: Voice): string {
  const { event } = notice
  return JSON.stringify({
    type: `incident.${event.kind}`,
    timestamp: new Date(event.at).toISOString(),
    data: { id: event.id, ...inOwnWords(notice), ocsf: ocsfEvents(notice, voice) },
  })
}

/** One OCSF event a line; the last one is the incident, its `metadata.uid` the id of what is delivered. */
export const linesBody = (notice: Notice, voice: Voice): string =>
  ocsfEvents(notice, voice)
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('')
