import { memo } from './intern.ts'

/** Words by which publishers, exporters and AWS itself replace a value; they stand alone or in brackets. */
const word =
  /^[[<({]?[ _-]*(?:redacted|hidden|removed|masked|anonymi[sz]ed|placeholder|omitted|unknown|none|null|undefined|n\/a|example|hidden_due_to_security_reasons|[a-z]+ removed|[a-z]+ redacted)[ _-]*[\])}>]?$/i
/** Only one and the same sign, perhaps behind the prefix that is left of a key id: `XXXXXXXX`, `AKIAXXXXXXXXXXXXXXXX`. */
const oneSign = /^(?:AKIA|ASIA)?(.)\1*$/i

const isMask = (key: string): boolean =>
  key.length < 4 ||
  key.includes('*') ||
  key.includes('…') ||
  key.includes('...') ||
  key.includes('REDACTED') ||
  key.includes('HIDDEN') ||
  oneSign.test(key) ||
  word.test(key)

const judge = memo(isMask, 4096)

/** Letters and digits with the prefix of an access key id, and not all the same: seen in one pass, no table needed. */
function isUsual(key: string): boolean {
  if (key.length !== 20 || !(key.startsWith('AKIA') || key.startsWith('ASIA'))) return false
  const last = key.charCodeAt(19)
  let same = true
  for (let i = 4; i < 20; i++) {
    const unit = key.charCodeAt(i)
    if (unit < 48 || unit === 95) return false
    if (unit !== last) same = false
  }
  return !same && !key.includes('REDACT') && !key.includes('HIDDEN')
}

/**
 * The key id, or '' where a mask stands instead of it (SEMANTICS A3): then the record goes by its principal. Anything else is
 * opaque text: anonymisers write signs outside AWS's alphabet.
 */
export const unmaskKey = (key: string): string => (isUsual(key) || !judge(key) ? key : '')
