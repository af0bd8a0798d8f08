import { describe, expect, test } from 'vitest'
import type { Finding } from '#shared/messages/finding.ts'
import { noHolder } from '#shared/messages/holder.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Effects, Standing } from '#shared/ports/effects.ts'

export type EffectsUnderTest = {
  readonly effects: Effects
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => Effects
}

const findingOf = (key: string, at = 1, says = 'did it'): Finding => ({
  key,
  detection: key,
  session: 's',
  subject: 'principal:p',
  leaseRoot: 'r',
  severity: 'high',
  says,
  first: { at, id: key },
  last: { at, id: key },
  evidence: [{ at, id: key }],
  count: 1,
  credentials: [],
  holder: noHolder,
  path: [],
  principal: 'p',
  grants: [],
  grantedBy: [],
  joins: '',
  tags: [],
  unknown: [],
})

const incidentOf = (...findings: readonly Finding[]): Incident => ({
  id: `incident-${findings[0]?.key}`,
  severity: 'high',
  title: findings.map(({ key }) => key).join(', '),
  subject: 'principal:p',
  holder: noHolder,
  credentials: [],
  findings,
  first: findings[0]?.first ?? { at: 0, id: '' },
  last: findings.at(-1)?.last ?? { at: 0, id: '' },
  chain: [],
  unknown: [],
})

const stands = (finding: Finding, revision: number): ToEffects => ({
  to: 'effects',
  kind: 'finding',
  key: finding.key,
  finding,
  revision,
})
const gone = (key: string, revision: number): ToEffects => ({
  to: 'effects',
  kind: 'finding.gone',
  key,
  revision,
  movedTo: '',
})
const told = (root: string, ...incidents: readonly Incident[]): ToEffects => ({
  to: 'effects',
  kind: 'incidents',
  key: root,
  incidents,
})
const standingOf = (revision: number, ...findings: readonly Finding[]): Standing => ({
  findings: new Map(findings.map((finding) => [finding.key, { revision, finding }])),
  incidents: new Map(findings.length > 0 ? [['r', [incidentOf(...findings)]]] : []),
})
const keysOf = (effects: Effects) => {
  const { findings, incidents } = effects.standing()
  return [findings.map(({ key }) => key), incidents.map(({ title }) => title)]
}

/** What every store of effects does. */
export function effectsContract(name: string, make: () => EffectsUnderTest): void {
  const [a, b] = [findingOf('a', 1), findingOf('b', 2)]

  describe(`effects: ${name}`, () => {
    test('nothing stands at first', () => {
      const { effects } = make()
      expect([keysOf(effects), effects.emittedThrough(), effects.generation()]).toEqual([
        [[], []],
        0,
        '',
      ])
    })

    test('says what was raised, changed and withdrawn, and keeps what stands', () => {
      const { effects, reopen } = make()
      expect(effects.commit([stands(b, 1), stands(a, 1), told('r', incidentOf(a, b))], 3)).toEqual({
        position: 3,
        because: 'records',
        raised: ['b', 'a'],
        changed: [],
        withdrawn: [],
        incidents: [{ root: 'r', before: [], now: [incidentOf(a, b)] }],
      })
      const worse = findingOf('a', 1, 'did it again')
      const second = effects.commit([stands(worse, 2), gone('b', 2), told('r', incidentOf(a))], 4)
      expect([second.raised, second.changed, second.withdrawn]).toEqual([[], ['a'], ['b']])
      expect(second.incidents).toEqual([
        { root: 'r', before: [incidentOf(a, b)], now: [incidentOf(a)] },
      ])
      const again = reopen?.() ?? effects
      expect(again.standing()).toEqual({ findings: [worse], incidents: [incidentOf(a)] })
      expect(again.counts()).toEqual(new Map([[worse.detection, 1]]))
      expect(again.emittedThrough()).toBe(4)
    })

    test('what is said twice changes nothing', () => {
      const { effects } = make()
      const said = [stands(a, 1), told('r', incidentOf(a))]
      effects.commit(said, 1)
      const { raised, changed, incidents } = effects.commit(said, 2)
      expect([raised, changed, incidents]).toEqual([[], [], []])
      expect(effects.emittedThrough()).toBe(2)
    })

    test('a smaller revision never replaces a larger one, also within one commit', () => {
      const { effects } = make()
      effects.commit([stands(a, 5), gone('a', 4.5)], 1)
      effects.commit([gone('a', 3)], 2)
      expect(keysOf(effects)[0]).toEqual(['a'])
    })

    test('a move in one commit is no withdrawal, in any order', () => {
      const { effects } = make()
      effects.commit([stands(a, 1)], 1)
      const { raised, withdrawn } = effects.commit([gone('a', 1.5), stands(a, 2)], 2)
      expect([raised, withdrawn, keysOf(effects)[0]]).toEqual([[], [], ['a']])
    })

    test('the last incident of a root takes the root with it', () => {
      const { effects } = make()
      effects.commit([told('r', incidentOf(a))], 1)
      const { incidents } = effects.commit([told('r')], 2)
      expect(incidents).toEqual([{ root: 'r', before: [incidentOf(a)], now: [] }])
      expect(keysOf(effects)).toEqual([[], []])
    })

    test('who takes part hears what changed, and stops all of it by failing', () => {
      const { effects, reopen } = make()
      const heard: unknown[] = []
      const changes = effects.commit([stands(a, 1)], 1, (each) => void heard.push(each))
      expect(heard).toEqual([changes])
      const fails = () =>
        effects.commit([stands(b, 1)], 2, () => {
          throw new Error('no')
        })
      expect(fails).toThrow('no')
      const again = reopen?.() ?? effects
      expect([keysOf(again)[0], again.emittedThrough()]).toEqual([['a'], 1])
    })
  })

  describe(`effects of a new generation: ${name}`, () => {
    test('the difference is told as one of the version, and revisions begin anew', () => {
      const { effects, reopen } = make()
      effects.commit([stands(a, 90), stands(b, 90), told('r', incidentOf(a, b))], 7)
      const c = findingOf('c', 3)
      const changes = effects.rebase(standingOf(1, b, c), 'g2', 1)
      expect(changes).toEqual({
        position: 7,
        because: 'version',
        raised: ['c'],
        changed: [],
        withdrawn: ['a'],
        incidents: [{ root: 'r', before: [incidentOf(a, b)], now: [incidentOf(b, c)] }],
      })
      const again = reopen?.() ?? effects
      expect([again.generation(), again.emittedThrough()]).toEqual(['g2', 7])
      expect(keysOf(again)).toEqual([['b', 'c'], ['b, c']])
      again.commit([gone('b', 2)], 8)
      expect(keysOf(again)[0]).toEqual(['c'])
    })

    test('what stands on forgotten records stays, and is neither doubled nor taken back', () => {
      const { effects } = make()
      effects.commit([stands(a, 1), told('r', incidentOf(a))], 1)
      effects.commit([stands(b, 1), told('r', incidentOf(a), incidentOf(b))], 5)
      const kept = effects.rebase(standingOf(1), 'g2', 3)
      expect([kept.withdrawn, kept.incidents.map(({ now }) => now)]).toEqual([
        ['b'],
        [[incidentOf(a)]],
      ])
      effects.commit([told('r', incidentOf(b))], 6)
      expect(effects.standing().incidents).toEqual([incidentOf(a), incidentOf(b)])
      const found = effects.commit([stands(a, 9), told('r', incidentOf(a, b))], 7)
      expect(found.incidents[0]?.now).toEqual([incidentOf(a, b)])
    })

    test('the same again is no difference', () => {
      const { effects } = make()
      effects.commit([stands(a, 1), told('r', incidentOf(a))], 1)
      const { raised, changed, withdrawn, incidents } = effects.rebase(standingOf(4, a), 'g2', 1)
      expect([raised, changed, withdrawn, incidents]).toEqual([[], [], [], []])
    })
  })
}
