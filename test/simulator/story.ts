import { agentNames, foundCompany, type Company, type World } from './company.ts'
import { attackNames, attacks, type AttackName, type Harmed } from './attacks.ts'
import { lookAlikes, ordinaryTask } from './work.ts'

export type AttackChoice = AttackName | 'all' | 'none'

export type Story = {
  readonly company: Company
  /** What became of each attack that was played, once everybody has stopped. */
  readonly harmed: Promise<ReadonlyMap<AttackName, Harmed>>
  /** Everybody has gone home. */
  readonly ended: Promise<void>
}

/** A working day in a minute: ordinary tasks, what looks like an attack, and the attack that was asked for. */
export async function storyOf(world: World, choice: AttackChoice, ms: number): Promise<Story> {
  const { time, chance } = world
  const company = await foundCompany(world)
  const chosen = attackNames.filter((name) => choice === 'all' || choice === name)
  const end = time.now() + ms
  const ordinary = agentNames.map(async (agent) => {
    for (let n = 1; time.now() < end; n++) {
      await ordinaryTask(company, time, agent, `${agent}-job-${n}`, 2)
      await time.sleep(500 + 1_500 * chance())
    }
  })
  const benign = lookAlikes.map(async (each) => {
    await time.sleep(3_000 * chance())
    await each(company, time)
  })
  const played = chosen.map(async (name, nth) => {
    await time.sleep(1_500 + 800 * nth)
    return [name, await attacks[name](company, time)] as const
  })
  const harmed = Promise.all(played).then((all) => new Map(all))
  return {
    company,
    harmed,
    ended: Promise.all([...ordinary, ...benign, harmed]).then(() => undefined),
  }
}
