import { RecentIds } from '#shared/facts/recent-ids.ts'
import { everywhere, type Message, type ToCorrelate, type ToJoin } from '#shared/messages/hops.ts'
import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Mapped } from '#shared/messages/record.ts'
import type { Use } from '#shared/messages/use.ts'
import type { Step } from '#shared/pipeline/step.ts'

/** A mapped record on its way into the pipeline; keyed by its record id. */
export type Admission = {
  readonly to: 'normalise'
  readonly key: string
  readonly activities: readonly Mapped[]
}

/** Recent record ids, and how many records came again. */
export type AdmitState = {
  readonly recent: RecentIds
  readonly waiting: Message[]
  duplicates: number
}

/**
 * Keyed by record id: recognises repeats and sends each activity to the hop that owns its key. A repeat is counted, and
 * sent on all the same: it may be a variant with other content, and facts are idempotent (SEMANTICS A2).
 */
export function admit(recentMax: number): Step<AdmitState, Admission, Message> {
  return {
    name: 'normalise',
    initial: () => ({ recent: new RecentIds(recentMax), waiting: [], duplicates: 0 }),
    apply(state, { key, activities }) {
      const repeat = state.recent.seen(key, accountOf(activities))
      if (repeat) state.duplicates++
      for (const activity of activities) send(activity, repeat, state.waiting)
    },
    flush: (state) => state.waiting.splice(0),
  }
}

/** Account whose record it is: an eventID is unique within one only (SEMANTICS A2). */
function accountOf([first]: readonly Mapped[]): string {
  return first?.kind === 'credential.used' ? first.account : ''
}

function send(activity: Mapped, repeat: boolean, out: Message[]): void {
  switch (activity.kind) {
    case 'credential.used': {
      out.push({ to: 'correlate', kind: 'use', key: activity.principal, use: activity, repeat })
      const requests = activity.rare?.downstream
      if (requests && requests.length > 0) {
        const { at, id, principal } = activity
        out.push({
          to: 'correlate',
          kind: 'mcp',
          key: everywhere,
          call: { at, id, principal, requests },
        })
      }
      if (activity.rare?.deeds) out.push(...exposures(activity, activity.rare.deeds))
      return
    }
    case 'credential.issued.copy':
      out.push({ to: 'correlate', kind: 'issue', key: activity.issue.child, issue: activity })
      return
    case 'key.exposed': {
      const { kind, credential, ...exposure } = activity
      out.push({ to: 'join', kind, key: `key:${credential}`, about: credential, exposure })
      return
    }
    case 'agent.registered':
      out.push({ to: 'correlate', kind: 'registered', key: everywhere, agent: activity })
      return
    case 'task.started':
    case 'task.ended':
      out.push(report(`task:${activity.task}`, activity))
      return
    case 'credential.issued':
      out.push(report(`key:${activity.credential}`, activity))
      return
    case 'tool.called':
      if (activity.credential) out.push(report(`key:${activity.credential}`, activity))
      if (activity.requestIds.length > 0)
        out.push({ to: 'correlate', kind: 'reported', key: everywhere, call: activity })
  }
}

/**
 * AWS itself tells of exposed keys, and a service is no subject: the deed goes to the principal whose key it is (SEMANTICS
 * B3), as a fact about it that is no use and touches none of its keys.
 */
const exposures = (use: Use, deeds: readonly Deed[]): ToCorrelate[] =>
  deeds
    .filter(({ deed }) => deed === 'key-exposed')
    .map((deed) => {
      const principal = `${deed.account}/${deed.target}`
      const { kind, id, at, account, region, service, action, error } = use
      const where = { kind, id, at, account, region, service, action, error, principal }
      const nobody = {
        key: '',
        created: 0,
        address: '',
        agent: '',
        request: '',
        sourceIdentity: '',
        scope: '',
      }
      const told: Use = {
        ...where,
        ...nobody,
        identity: 'user',
        direct: true,
        rare: { deeds: [deed] },
      }
      return { to: 'correlate', kind: 'use', key: principal, use: told, repeat: true }
    })

const report = (key: string, activity: AgentActivity): ToJoin => ({
  to: 'join',
  kind: 'report',
  key,
  activity,
})
