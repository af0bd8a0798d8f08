import { severities, type Finding } from '#shared/messages/finding.ts'

/** One sentence for a person: who did the gravest thing, with what, and how much more there is. */
export function sentence(lead: Finding, all: readonly Finding[]): string {
  const more = all.length - 1
  const keys = new Set(all.flatMap(({ credentials }) => credentials)).size
  const rest =
    more === 0
      ? ''
      : `; ${more} more ${more === 1 ? 'finding' : 'findings'}${keys > 1 ? ` on ${keys} credentials` : ''}${kindsBeside(lead, all)}`
  return `${whose(lead)} ${lead.says}${rest}.`
}

/** Kinds of finding beyond the first that a sentence still names. */
const kindsMax = 3

/** ": audit tampering, secret harvest", the gravest first; '' where all are of one kind. */
function kindsBeside(lead: Finding, all: readonly Finding[]): string {
  const grave = all.toSorted(
    (a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity),
  )
  const others = new Set(grave.map(({ detection }) => detection))
  others.delete(lead.detection)
  const names = [...others].map((id) => id.replaceAll('-', ' '))
  const told = names.slice(0, kindsMax).join(', ')
  return told === '' ? '' : `: ${told}${names.length > kindsMax ? ', …' : ''}`
}

/** "Key AKIA… of user alice", "Session … of agent invoices (task run-7)". */
function whose({ credentials, holder, principal }: Finding): string {
  const [key] = credentials
  const what =
    key === undefined
      ? 'A session'
      : credentials.length === 1
        ? `Key ${key}`
        : `Keys ${credentials.slice(0, 3).join(', ')}${credentials.length > 3 ? ', …' : ''}`
  return `${what} of ${holderText(holder) || principalText(principal)}`
}

function holderText({ agent, task }: Finding['holder']): string {
  if (agent.id === null) return task.id === null ? '' : `task ${task.id}`
  return task.id === null ? `agent ${agent.id}` : `agent ${agent.id} (task ${task.id})`
}

/** `111122223333/role/deploy/build-7` → "role deploy (build-7)". */
export function principalText(principal: string): string {
  const [account = '', kind = '', name = '', ...rest] = principal.split('/')
  if (kind === 'root') return `the root of account ${account}`
  const session = rest.length > 0 ? ` (${rest.join('/')})` : ''
  return `${kind} ${name}${session}`
}
