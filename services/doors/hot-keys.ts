import type { Vitals } from '#shared/ports/vitals.ts'
import { redactText } from '#shared/redact.ts'

/** Characters of a key that are shown. */
const shownMax = 256

/** Names of sessions and tasks are chosen by callers, who may write a secret into them. */
export const hotKeysIn = ({ hotKeys = [] }: Vitals): NonNullable<Vitals['hotKeys']> =>
  hotKeys.map(({ key, ...of }) => ({ ...of, key: redactText(key).slice(0, shownMax) }))
