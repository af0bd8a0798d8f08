import { describe, expect, test } from 'vitest'
import { through } from '#test/engine.ts'
import { scenario as pivot } from '#test/scenarios/pivot-across-accounts/scenario.ts'
import { scenario as reuse } from '#test/scenarios/reuse-by-task/scenario.ts'
import type { Scenario } from '#test/scenarios/scenario.ts'
import type { Tree } from '#shared/messages/tree.ts'
import { treeOf } from './tree.ts'

async function treesOf({ records, ...options }: Scenario, partitions = 4): Promise<Tree[]> {
  const { engine, incidents } = await through(records, { ...options, partitions })
  return incidents.map((incident) => treeOf(engine.states.correlate, incident))
}

const names = (tree: Tree): string[] =>
  tree.members.map(({ credential, principal }) => `${credential.slice(0, 4)} ${principal}`)

describe('the tree of an incident', () => {
  test('has the compromised, and all that was minted from them, parents first', async () => {
    const [tree] = await treesOf(pivot)
    if (!tree) throw new Error('the pivot raises no incident')
    expect(names(tree)).toMatchInlineSnapshot(`
      [
        "ASIA 444455556666/role/audit/release-7",
        "AKIA 444455556666/user/backup-operator",
      ]
    `)
    const made = tree.members.find(({ credential }) => credential.startsWith('AKIA'))
    expect(made?.findings.length).toBeGreaterThan(0)
    const places = tree.members.map(({ credential }) => credential)
    const inner = tree.members.filter(({ from }) => places.includes(from))
    expect(inner).not.toHaveLength(0)
    for (const { from, credential } of inner)
      expect(places.indexOf(from)).toBeLessThan(places.indexOf(credential))
  })

  test('names what made the topmost, which nothing is proven of', async () => {
    const [tree] = await treesOf(reuse)
    if (!tree) throw new Error('the reuse raises no incident')
    expect(names(tree)).toMatchInlineSnapshot(`
      [
        "ASIA 111122223333/role/ledger-agent/invoices",
      ]
    `)
    expect(tree.beyond.map(({ principal }) => principal)).toMatchInlineSnapshot(`
      [
        "111122223333/role/task-broker/broker-1",
      ]
    `)
    expect(tree.cut).toBe(false)
  })

  test('is the same over any number of partitions', async () => {
    for (const scenario of [pivot, reuse])
      expect(await treesOf(scenario, 1)).toEqual(await treesOf(scenario, 8))
  })
})
