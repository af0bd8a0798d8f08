import type { DeedFact } from '#shared/messages/session-facts.ts'

/** Verbs with which clauses of deeds begin, and how one says that somebody tried. */
const infinitives: Readonly<Record<string, string>> = {
  attached: 'attach',
  changed: 'change',
  chose: 'choose',
  cut: 'cut',
  deleted: 'delete',
  detached: 'detach',
  gave: 'give',
  got: 'get',
  hid: 'hide',
  launched: 'launch',
  left: 'leave',
  let: 'let',
  made: 'make',
  opened: 'open',
  paused: 'pause',
  put: 'put',
  ran: 'run',
  removed: 'remove',
  replaced: 'replace',
  shared: 'share',
  shortened: 'shorten',
  shut: 'shut',
  stopped: 'stop',
  switched: 'switch',
  took: 'take',
  wrote: 'write',
}

/** "left the organisation" → "to leave the organisation"; undefined for a verb that is not in the table. */
function infinitive(clause: string): string | undefined {
  const [verb = '', ...rest] = clause.split(' ')
  const plain = infinitives[verb]
  return plain === undefined ? undefined : ['to', plain, ...rest].join(' ')
}

const endings: readonly (readonly [DeedFact['outcome'], string])[] = [
  ['denied', 'and was refused'],
  ['failed', 'and failed'],
]

/** How attempts ended that all ended in one way. */
const endingOf = (deeds: readonly DeedFact[]): string =>
  endings.find(([outcome]) => deeds.every((deed) => deed.outcome === outcome))?.[1] ??
  'without success'

/**
 * What was tried and did not succeed, never told as done: "tried to leave the organisation and was refused". `clauses` are
 * those of the deeds, `more` tells how many are left out ("and 2 more", or '').
 */
export function tellAttempts(
  clauses: readonly string[],
  more: string,
  deeds: readonly DeedFact[],
): string {
  const ways = clauses.map((clause) => infinitive(clause) ?? `in vain what follows: ${clause}`)
  const all = [...ways, ...(more === '' ? [] : [more])]
  return `tried ${all.join(', ')}${all.length > 1 ? ', ' : ' '}${endingOf(deeds)}`
}
