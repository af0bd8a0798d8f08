import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { bearer, house, source } from './house.ts'

/** What watches Keytrail asks only for what /metrics really gives: a name that is gone would never alarm. */

const textOf = (file: string): string =>
  readFileSync(new URL(`../../infra/deploy/helm/keytrail/files/${file}`, import.meta.url), 'utf8')

/** Metric names, and labels as `name.label`, that an expression asks for. */
function askedBy(expr: string): string[] {
  return [...expr.matchAll(/(keytrail_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = '', labels = '']) => [
      name,
      ...[...labels.matchAll(/(\w+)=/g)].map(([, label = '']) => `${name}.${label}`),
    ],
  )
}

/** A house in which everything that can be told is told. */
async function given(): Promise<Set<string>> {
  const home = await house()
  const spread = { atMost: new Map([[10, 1]]), sum: 4, count: 1 }
  const sending = { attempts: { delivered: 1 }, resting: false }
  home.sources.put(source('strict', 3, { silence: 60 }))
  home.vitals = {
    loop: { position: 7, emittedThrough: 5, waiting: 3, refused: 1 },
    frontiers: new Map([['111122223333', { upTo: Date.now(), within: 0 }]]),
    deadLetters: [{ reason: 'is no JSON', count: 2 }],
    attribution: { agent: { none: 1 }, task: { none: 1 } },
    findings: [{ reason: 'reuse', count: 1 }],
    incidents: [{ reason: 'open', count: 1 }],
    deliveries: [{ to: 'pager', waiting: 1, delivered: 1, dead: 1, oldest: Date.now(), sending }],
    containment: { orders: [{ reason: 'applied', count: 1 }], steps: { applied: spread } },
  }
  const activity = { kind: 'task.started', id: 's', time: Date.now(), task: 't', agent: 'ledger' }
  await home.post('/v1/activities', JSON.stringify([activity, { kind: 'x' }]))
  await home.post('/v1/activities', '[]', bearer(9))
  const brought = { taken: 1, refused: new Map(), late: 0, lag: 5, sent: Date.now() }
  const partitions = new Map([[0, 3]])
  home.board.request('strict', Date.now(), { ...brought, behind: { partitions } })
  home.board.request('orchestrator', Date.now(), { ...brought, behind: { partitions, inHand: 1 } })
  const text = await (await home.get('/metrics')).text()
  return new Set(
    [...text.matchAll(/^(keytrail_\w+)(?:\{(.*)\})? /gm)].flatMap(([, name = '', labels = '']) => [
      name,
      ...[...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => `${name}.${label}`),
    ]),
  )
}

test('every alert asks for metrics and labels that there are, and says what to do', async () => {
  const known = await given()
  const rules = parse(textOf('alerts.yaml')).groups.flatMap(
    ({ rules: all }: { rules: object[] }) => all,
  )
  expect(rules.length).toBeGreaterThan(10)
  for (const { alert, expr, labels, annotations } of rules) {
    const asked = askedBy(expr)
    expect([alert, asked.length > 0, asked.filter((name) => !known.has(name))]).toEqual([
      alert,
      true,
      [],
    ])
    expect(['critical', 'warning', 'info']).toContain(labels.severity)
    expect(annotations).toEqual({ summary: expect.any(String), description: expect.any(String) })
  }
})

test('every panel of the dashboard asks for metrics and labels that there are', async () => {
  const known = await given()
  const { panels } = JSON.parse(textOf('dashboard.json'))
  const exprs = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  )
  expect(exprs.length).toBeGreaterThan(15)
  for (const expr of exprs) {
    const asked = askedBy(expr)
    expect([expr, asked.length > 0, asked.filter((name) => !known.has(name))]).toEqual([
      expr,
      true,
      [],
    ])
  }
})
