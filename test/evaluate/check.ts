/** One thing that was looked at: whether it holds, and what was wanted and given. */
export type Check = {
  /** Where: folder or folder/file. */
  readonly entry: string
  readonly name: string
  readonly passed: boolean
  /** What was given instead, in words for the terminal; may name records by the first 8 characters of their ids. */
  readonly detail: string
}

export const check = (entry: string, name: string, passed: boolean, detail = ''): Check => ({
  entry,
  name,
  passed,
  detail,
})
