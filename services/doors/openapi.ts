import { z } from 'zod'
import { AgentActivity } from '#shared/messages/activity.ts'
import { activitiesPath } from './activities.ts'

/** The verdict on one item, and on all of a request, as `POST /v1/activities` answers them. */
const Item = z.union([
  z.object({
    index: z.int().min(0).describe('Its place in the request, from 0'),
    accepted: z.literal(true),
    id: z.string(),
  }),
  z.object({
    index: z.int().min(0),
    accepted: z.literal(false),
    reason: z.string().describe('Why, in words that repeat nothing of what was sent'),
    field: z.string(),
    detail: z.string().optional(),
  }),
])
const Verdicts = z.object({
  accepted: z.int().min(0),
  refused: z.int().min(0),
  items: z.array(Item),
})
const Problem = z
  .object({ title: z.string(), status: z.int(), detail: z.string() })
  .describe('RFC 9457')

/** OpenAPI 3.1 writes schemas in JSON Schema 2020-12, which is what zod makes. */
function schemaOf(type: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io })
  return schema
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const answered = (description: string, type: string, name: string): object => ({
  description,
  content: { [type]: { schema: ref(name) } },
})
const problem = (description: string): object =>
  answered(description, 'application/problem+json', 'Problem')
const retry = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds' } }

const responses = {
  200: answered('At least one item was accepted, and is on disk', 'application/json', 'Verdicts'),
  400: {
    description: 'Nothing was accepted',
    content: {
      'application/json': { schema: ref('Verdicts') },
      'application/problem+json': { schema: ref('Problem') },
    },
  },
  401: problem('No token, or one that no source has'),
  403: answered('The source may speak for none of these agents', 'application/json', 'Verdicts'),
  413: problem('Too large, too deep or too much at once'),
  415: problem('Another content type or coding'),
  429: { ...problem('The source is over its rate'), headers: retry },
  503: { ...problem('Nothing was taken; try again'), headers: retry },
}

/** The agent API, as OpenAPI 3.1.1. */
export const openApi = (version: string): object => ({
  openapi: '3.1.1',
  info: {
    title: 'Keytrail agent API',
    version,
    description:
      'What orchestrators, brokers and agents report of tasks, tool calls and credentials.',
  },
  paths: {
    [activitiesPath]: {
      post: {
        operationId: 'reportActivities',
        summary: 'Report one activity or many',
        description:
          'Each item is accepted or refused with its reason. An item may be sent again: the same id changes nothing.',
        security: [{ token: [] }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { anyOf: [ref('Activity'), { type: 'array', items: ref('Activity') }] },
            },
            'application/x-ndjson': {
              schema: { type: 'string', description: 'One activity a line' },
            },
          },
        },
        responses,
      },
    },
  },
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: {
      Activity: schemaOf(AgentActivity, 'input'),
      Verdicts: schemaOf(Verdicts, 'output'),
      Problem: schemaOf(Problem, 'output'),
    },
  },
})
