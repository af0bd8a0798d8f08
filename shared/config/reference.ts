import { z } from 'zod'

/** Where a secret is read when the process starts: `env:NAME` or `file:PATH`. The secret itself stands in no setting. */
export const reference = z
  .string()
  .max(1024)
  .regex(/^(env:[A-Za-z_]\w*|file:\S.*)$/, 'must be env:NAME or file:PATH, never the secret itself')

/** Text of a setting that is a list of objects, as a flag or variable gives it. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
