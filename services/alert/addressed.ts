import type { Notice } from '#shared/messages/desk.ts'
import { severities } from '#shared/messages/finding.ts'
import type { Lane, NewDelivery, Outbox } from '#shared/ports/outbox.ts'
import { pagerDutyBody } from './pagerduty.ts'
import { slackBody } from './slack.ts'
import type { Voice } from './voice.ts'
import { linesBody, webhookBody } from './webhook.ts'

/** Writes what people shall hear into the outbox, in whatever transaction it is called. */
export const mailing =
  (outbox: Outbox, voice: Voice) =>
  (notices: readonly Notice[]): void => {
    const [first] = notices
    if (first) outbox.add(addressed(notices, outbox.lanes(), voice), first.event.at)
  }

/**
 * What goes where because of what people shall hear. A destination hears of an incident once it was grave enough for it, and
 * then of everything that becomes of it. Pure, so that what is stored with the decision is what is sent.
 */
const addressed = (
  notices: readonly Notice[],
  lanes: readonly Lane[],
  voice: Voice,
): NewDelivery[] =>
  notices.flatMap((notice) => lanes.flatMap((to) => deliveryTo(to, notice, voice)))

function deliveryTo(to: Lane, notice: Notice, voice: Voice): NewDelivery[] {
  const { event, of } = notice
  if (severities.indexOf(of.told.severity) < severities.indexOf(to.severity)) return []
  const body = bodyFor(to, notice, voice)
  if (body === undefined) return []
  return [{ id: event.id, to: to.name, incident: event.handle, event: event.kind, body }]
}

function bodyFor({ kind }: Lane, notice: Notice, voice: Voice): string | undefined {
  switch (kind) {
    case 'file':
    case 'kafka':
      return linesBody(notice, voice)
    case 'webhook':
      return webhookBody(notice, voice)
    case 'slack':
      return slackBody(notice)
    case 'pagerduty':
      return pagerDutyBody(notice)
  }
}
