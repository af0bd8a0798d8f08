import { describe, expect, test } from 'vitest'
import { caseStates, handleFor } from '#shared/messages/desk.ts'
import { deskAt, findingOf, heldBy, incidentOf } from '#test/incidents.ts'

const [a, b, c] = [findingOf('a'), findingOf('b'), findingOf('c')]
const [A, B] = [handleFor('a'), handleFor('b')]
const doer = { by: 'ann', at: 5_000 }
const benign = { do: 'close', reason: 'benign', note: '', into: '' } as const

describe('the handle (SEMANTICS D3)', () => {
  test('an incident is raised once, however often it is told', () => {
    const { hear, desk } = deskAt()
    expect(hear(1, { r: [incidentOf([a])] })).toEqual([`raised ${A}`])
    expect(hear(2, { r: [incidentOf([a])] })).toEqual([])
    expect(desk.case(A)).toMatchObject({ revision: 1, state: 'open', raised: 1_000, stands: true })
  })

  test('D3: it stays through moves to another lease root, told in any order, and through new findings before it', () => {
    for (const together of [
      { r: [], q: [incidentOf([a])] },
      { q: [incidentOf([a])], r: [] },
    ]) {
      const { hear, desk } = deskAt()
      hear(1, { r: [incidentOf([a])] })
      expect(hear(2, together)).toEqual([])
      expect(hear(3, { q: [incidentOf([b, a])] })).toEqual([])
      expect(desk.case(A)?.incident.findings.map(({ key }) => key)).toEqual(['b', 'a'])
      expect(desk.list({ states: ['open', 'closed'], limit: 9 })).toHaveLength(1)
    }
  })

  test('D3: the holder learnt later neither closes it nor pages twice', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    const held = incidentOf([{ ...a, holder: heldBy('ledger') }])
    expect(hear(100, { r: [held] })).toEqual([`changed ${A}: agent is known: ledger (exact)`])
  })

  test('D3: two that merge keep the older handle, whichever root they meet in', () => {
    for (const root of ['r', 'q', 's']) {
      const { hear, desk } = deskAt()
      hear(1, { r: [incidentOf([b])] })
      hear(2, { q: [incidentOf([a])] })
      const met = { r: [], q: [], [root]: [incidentOf([a, b])] }
      expect(hear(3, met)).toEqual([
        `changed ${B}: ${A} belongs to this story`,
        `merged ${A}: part of ${B}`,
      ])
      expect(desk.case(A)).toMatchObject({
        state: 'closed',
        stands: false,
        closed: { reason: 'merged', into: B, by: 'keytrail' },
      })
    }
  })

  test('D3: a split keeps it with the founding finding; the rest is raised by a handle of its own', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    hear(2, { r: [incidentOf([a, b])] })
    expect(hear(3, { r: [incidentOf([b]), incidentOf([a])] })).toEqual([
      `raised ${B}: split off from ${A}`,
    ])
    expect(hear(4, { r: [incidentOf([b]), incidentOf([a])] })).toEqual([])
  })

  test('where the founding finding is withdrawn, the next one keeps it', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    hear(2, { r: [incidentOf([a, b])] })
    expect(hear(3, { r: [incidentOf([b])] })).toEqual([])
    expect(hear(4, { r: [incidentOf([b]), incidentOf([a])] })).toEqual([
      `raised ${B}: split off from ${A}`,
    ])
  })

  test('a handle that stands in a story of which a commit says nothing is not given to another', () => {
    const { hear, desk } = deskAt()
    hear(1, { q: [incidentOf([c])] })
    hear(2, { r: [incidentOf([a, b])] })
    // The finding for which the handle of r was raised moves to the older story of q, and from there to one of its own.
    hear(3, { r: [incidentOf([b])], q: [incidentOf([c, a])] })
    const [told = ''] = hear(4, { q: [incidentOf([c])], s: [incidentOf([a])] })
    expect(told).toMatch(/^raised inc-\w+: split off from /)
    expect(told).not.toContain(`raised ${A}:`)
    const standing = desk.list({ states: caseStates, limit: 10 }).filter(({ stands }) => stands)
    const first = new Set(standing.map(({ incident }) => incident.findings[0]?.key))
    expect(first).toEqual(new Set(['a', 'b', 'c']))
    expect(standing).toHaveLength(3)
  })

  test('what was merged and stands apart again takes its own handle again', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    hear(2, { q: [incidentOf([b])] })
    hear(3, { r: [incidentOf([a, b])], q: [] })
    expect(hear(4, { r: [incidentOf([a])], q: [incidentOf([b])] })).toEqual([
      `reopened ${B}: it stands apart from ${A} again`,
    ])
  })

  test('a handle whose founding finding went into an older story stays with what is left', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([c])] })
    hear(2, { q: [incidentOf([a])] })
    hear(3, { q: [incidentOf([a, b])] })
    expect(hear(4, { r: [incidentOf([c, a])], q: [incidentOf([b])] })).toEqual([])
  })

  test('two findings whose hashes are one get two handles', () => {
    const [one, other] = collision
    const { hear } = deskAt()
    const first = hear(1, { r: [incidentOf([findingOf(one)])] })
    const second = hear(2, { q: [incidentOf([findingOf(other)])] })
    expect(handleFor(one)).toBe(handleFor(other))
    expect(first).toEqual([`raised ${handleFor(one)}`])
    expect(second).toEqual([`raised ${handleFor(`${other}\n1`)}`])
    expect(hear(3, { r: [incidentOf([findingOf(one)])] })).toEqual([])
  })
})

describe('withdrawn', () => {
  test('by evidence: closed by nobody, and raised again by its own handle', () => {
    const { hear, desk } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    expect(hear(2, { r: [] })).toEqual([`withdrawn ${A}: its evidence does not stand any more`])
    expect(desk.case(A)?.closed).toMatchObject({ reason: 'withdrawn', by: 'keytrail' })
    expect(hear(3, { q: [incidentOf([a])] })).toEqual([`reopened ${A}: its evidence stands again`])
    expect(desk.case(A)).toMatchObject({ state: 'open', stands: true })
    expect(desk.case(A)?.closed).toBeUndefined()
  })

  test('one finding of several is no withdrawal of the incident', () => {
    const { hear } = deskAt()
    hear(1, { r: [incidentOf([a, b])] })
    expect(hear(2, { r: [incidentOf([a])] })).toEqual([])
  })

  test('a root that says nothing takes nothing back', () => {
    const { hear, desk } = deskAt()
    hear(1, { r: [incidentOf([a])], q: [incidentOf([b])] })
    expect(hear(2, { q: [] })).toEqual([`withdrawn ${B}: its evidence does not stand any more`])
    expect(desk.case(A)?.stands).toBe(true)
  })
})

describe('what an analyst hears of an incident that he knows', () => {
  const base = incidentOf([a])
  const rows: readonly (readonly [string, Parameters<typeof incidentOf>, string])[] = [
    [
      'nothing of a later time or more records',
      [[{ ...a, count: 900, last: { at: 1e13, id: 'z' } }]],
      '',
    ],
    ['nothing of a second finding of the same kind on the same key', [[a, b]], ''],
    ['nothing of a severity that falls', [[{ ...a, severity: 'low' }]], ''],
    [
      'a severity that rises',
      [[{ ...a, severity: 'critical' }]],
      'severity rose from medium to critical',
    ],
    [
      'a new detection',
      [[a, findingOf('x', { detection: 'audit-tampering' })]],
      'new finding: audit tampering',
    ],
    [
      'a new credential',
      [[{ ...a, credentials: [...a.credentials, 'AKIAEXAMPLE00000002'] }]],
      'new credential: AKIAEXAMPLE00000002',
    ],
    ['the holder', [[{ ...a, holder: heldBy('ledger') }]], 'agent is known: ledger (exact)'],
  ]
  test.each(rows)('%s', (_, [findings], words) => {
    const { hear } = deskAt()
    hear(1, { r: [base] })
    expect(hear(100, { r: [incidentOf(findings)] })).toEqual(
      words === '' ? [] : [`changed ${A}: ${words}`],
    )
    expect(hear(200, { r: [incidentOf(findings)] })).toEqual([])
  })

  test('a holder that turns out to be another, or uncertain', () => {
    const { hear } = deskAt()
    const held = (agent: string) => ({ r: [incidentOf([{ ...a, holder: heldBy(agent) }])] })
    hear(1, held('ledger'))
    expect(hear(100, held('payroll'))).toEqual([
      `changed ${A}: agent is payroll (exact), not ledger`,
    ])
    expect(hear(200, { r: [base] })).toEqual([`changed ${A}: agent payroll is no longer certain`])
  })

  test('at most once in the hold, and then of all of it; a graver severity does not wait', () => {
    const { hear } = deskAt()
    const keys = (n: number) => [
      'ASIAEXAMPLE00000001',
      ...Array.from({ length: n }, (_, i) => `ASIAEXAMPLE1000000${i}`),
    ]
    const grown = (n: number, severity: 'medium' | 'high' = 'medium') => ({
      r: [incidentOf([{ ...a, severity, credentials: keys(n) }])],
    })
    hear(1, grown(0))
    expect(hear(10, grown(1))).toEqual([])
    expect(hear(20, grown(5))).toEqual([])
    expect(hear(60, {})).toEqual([])
    expect(hear(61, {})).toEqual([
      `changed ${A}: new credentials: ASIAEXAMPLE10000000, ASIAEXAMPLE10000001, ASIAEXAMPLE10000002 and 2 more`,
    ])
    expect(hear(62, grown(6))).toEqual([])
    expect(hear(63, grown(7, 'high'))).toEqual([
      `changed ${A}: severity rose from medium to high; new credentials: ASIAEXAMPLE10000005, ASIAEXAMPLE10000006`,
    ])
    expect(hear(500, {})).toEqual([])
  })

  test('what was held back and is no more is told by nobody', () => {
    const { hear, desk } = deskAt()
    hear(1, { r: [base] })
    hear(2, { r: [incidentOf([{ ...a, holder: heldBy('ledger') }])] })
    expect(desk.case(A)?.owed).toBe(2_000)
    expect(hear(3, { r: [base] })).toEqual([])
    expect(hear(500, {})).toEqual([])
  })

  test('the findings that were not told before go with it', () => {
    const { hear, sent } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    hear(2, { r: [incidentOf([a, b])] })
    hear(100, { r: [incidentOf([a, b, findingOf('x', { detection: 'audit-tampering' })])] })
    expect(sent.map(({ fresh }) => fresh)).toEqual([['a'], ['b', 'x']])
  })
})

describe('closed by a person', () => {
  test('evidence that merely repeats does not page', () => {
    const { hear, front, desk } = deskAt()
    hear(1, { r: [incidentOf([a, b])] })
    front.act(A, benign, doer)
    expect(hear(100, { r: [incidentOf([{ ...a, count: 50 }, b])] })).toEqual([])
    expect(hear(200, { r: [incidentOf([{ ...a, holder: heldBy('ledger') }])] })).toEqual([])
    expect(hear(300, { r: [] })).toEqual([])
    expect(hear(400, { r: [incidentOf([a])] })).toEqual([])
    expect(hear(500, { r: [incidentOf([a]), incidentOf([b])] })).toEqual([])
    expect(desk.case(A)).toMatchObject({ state: 'closed', closed: { reason: 'benign', by: 'ann' } })
    expect(desk.case(B)).toMatchObject({ state: 'closed', revision: 0 })
  })

  test.each([
    ['a new finding, also of the same kind', incidentOf([a, b])],
    ['a graver severity', incidentOf([{ ...a, severity: 'high' }])],
    ['a new credential', incidentOf([{ ...a, credentials: ['AKIAEXAMPLE00000002'] }])],
  ])('%s opens it again, under its own handle', (_, incident) => {
    const { hear, front, desk } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    front.act(A, benign, doer)
    const [word = ''] = hear(6, { r: [incident] })
    expect(word).toMatch(`reopened ${A}`)
    expect(desk.case(A)).toMatchObject({ state: 'open', revision: 3 })
    expect(desk.case(A)?.closed).toBeUndefined()
  })

  test('an open incident that becomes part of a closed one opens that', () => {
    const { hear, front } = deskAt()
    hear(1, { r: [incidentOf([a])] })
    front.act(A, benign, doer)
    hear(6, { q: [incidentOf([b])] })
    expect(hear(7, { r: [incidentOf([a, b])], q: [] })).toEqual([
      `reopened ${A}: ${B} belongs to this story`,
      `merged ${B}: part of ${A}`,
    ])
  })

  test('two closed ones that become one stay closed', () => {
    const { hear, front } = deskAt()
    hear(1, { r: [incidentOf([a])], q: [incidentOf([b])] })
    front.act(A, benign, doer)
    front.act(B, benign, doer)
    expect(hear(7, { r: [incidentOf([a, b])], q: [] })).toEqual([])
  })
})

test('what new code finds is marked, so that nothing automatic follows', () => {
  const { hear, sent } = deskAt()
  hear(1, { r: [incidentOf([a])] }, 'version')
  expect(sent[0]?.event.because).toBe('version')
})

test('a row is bounded: the gravest findings stay, the others are counted', () => {
  const { hear, desk, sent } = deskAt()
  const many = Array.from({ length: 80 }, (_, i) =>
    findingOf(`f-${i}`, { severity: i === 79 ? 'critical' : 'medium' }),
  )
  hear(1, { r: [incidentOf(many)] })
  const row = desk.case(handleFor('f-0'))
  expect(row?.incident.findings).toHaveLength(50)
  expect(row?.incident.findings.at(-1)?.key).toBe('f-79')
  expect(row?.more).toBe(30)
  expect(sent[0]?.incident.findings).toHaveLength(80)
})

/** Two keys with one hash (shared/facts/hash.ts). */
const collision = ['k32728', 'k261234'] as const
