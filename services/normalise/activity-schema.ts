import { z } from 'zod'
import { AgentActivity } from '#shared/messages/activity.ts'

/** The JSON Schema (draft 2020-12) of what a sender may write, as the text of docs/schemas/agent-activity.schema.json. */
export function activityJsonSchema(): string {
  const schema = z.toJSONSchema(AgentActivity, { io: 'input' })
  return `${JSON.stringify({ title: 'Keytrail agent activity', ...schema }, null, 2)}\n`
}
