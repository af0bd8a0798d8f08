import type { LevelHolder, PathNode } from '#shared/messages/holder.ts'

/** `2026-05-04 09:01:00`, UTC. */
export const clock = (at: number): string =>
  Number.isFinite(at) ? new Date(at).toISOString().slice(0, 19).replace('T', ' ') : '?'

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** `111122223333/role/deploy/build-7` → `role deploy (build-7) in 111122223333`. */
export function principalWords(principal: string): string {
  const [account = '', kind = '', name = '', ...rest] = principal.split('/')
  if (kind === 'root') return `root of account ${account}`
  if (name === '') return principal
  const session = rest.length > 0 ? ` (${rest.join('/')})` : ''
  return `${kind} ${name}${session} in ${account}`
}

/** What a node of a chain is called: its key, else its session. */
export const nodeWords = ({ key, principal }: PathNode): string =>
  key === '' ? `session of ${principalWords(principal)}` : `${key}  ${principalWords(principal)}`

/** "run-7 · exact (session tag task_id)", "ambiguous: a or b (…)", "not known". */
export function levelWords({ rank, id, candidates, rule }: LevelHolder): string {
  if (rank === 'none') return 'not known'
  if (id === null) return `ambiguous: ${candidates.join(' or ')} (${rule})`
  return `${id} · ${rank} (${rule})`
}
