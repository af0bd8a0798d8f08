import type { Told } from '#shared/messages/containment.ts'
import type { Seen } from '#shared/messages/tree.ts'
import type { Actuator } from '#shared/ports/actuator.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { containment, type Frontier } from '#services/contain/containment.ts'
import { furthest } from '#services/contain/policy.ts'
import type { Engine } from '#services/pipeline.ts'
import type { FrontDesk } from '#services/desk/front.ts'
import { frontiersOf } from '#services/serve/frontiers.ts'
import { servedContainment, type ServedContainment } from '#services/serve/containment.ts'
import { treesIn, type Trees } from '#services/who/tree.ts'
import type { Context } from './command.ts'
import { containPolicyOf } from './policy.ts'

export type ContainmentParts = {
  readonly data: DataFile
  readonly front: FrontDesk
  readonly engine: () => Engine
  readonly actuator: Actuator
  readonly failed: (why: unknown) => void
}

/** Incidents that are planned again at a start, at most. */
const standingMax = 1_000

/** Containment of `serve`: it looks at incidents in the engine, and tells the desk how far it has come. */
export function containmentOf(
  { data, front, engine, actuator, failed }: ContainmentParts,
  { config, machine: { scheduler, log, at } }: Context,
): ServedContainment {
  let trees: Trees | undefined
  const treesNow = (): Trees => (trees ??= treesIn(engine().states.correlate))
  const look = (handle: string): Seen | undefined => {
    const found = data.desk.case(handle)
    if (!found?.stands) return undefined
    const { incident } = found
    return { incident, tree: treesNow().of(incident) }
  }
  const tell = ({ incidents, ...step }: Told): void => {
    if (incidents.length === 0) log.warn(step.says, { by: step.by })
    for (const handle of incidents) front.contained(handle, step)
  }
  const policy = containPolicyOf(config)
  const running = containment({
    store: data.containment,
    actuator,
    policy,
    clock: () => scheduler.now(),
    look,
    tell,
    accounts: config.aws.accounts.map(({ id }) => id),
    at,
  })
  const standing = () =>
    data.desk
      .list({ states: ['open', 'acknowledged'], limit: standingMax })
      .filter(({ stands }) => stands)
      .map(({ handle, incident }) => ({ handle, mode: furthest(policy, incident.findings) }))
  const frontier: Frontier = (account) => frontiersOf(engine()).get(account)?.upTo ?? -Infinity
  const store = data.containment
  return servedContainment({
    containment: running,
    store,
    frontier,
    standing,
    keepUp: () => treesNow().catchUp(),
    scheduler,
    log,
    failed,
  })
}
