import { z } from 'zod'

/** What was read and could not be understood: kept with its place and its reason, so that nothing is lost in silence. */
export const DeadLetter = z.object({
  id: z.string().describe('Hash of the place and the bytes: the same input gives the same id'),
  reason: z.string().describe('What is wrong, in words'),
  field: z.string().describe('Which field is wrong; `document` where there are no fields yet'),
  source: z.string().describe('Path or address of the file'),
  offset: z.number().int().min(0).describe('Byte offset of the record in the decoded file'),
  text: z
    .string()
    .optional()
    .describe('The record itself, at most 64 KiB, without secrets; absent where it is too large'),
})
export type DeadLetter = z.infer<typeof DeadLetter>
