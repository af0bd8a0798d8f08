/** A mistake that somebody could make, as a change of the text, and the tests that must notice it. */
export type Fault = {
  readonly name: string
  readonly file: string
  /** Must occur exactly once in the file; else the fault is stale. */
  readonly find: string
  readonly replace: string
  readonly why: string
  readonly tests: readonly string[]
}

const holders = 'test/properties/holders.test.ts'
const outcome = 'test/properties/outcome.test.ts'
const stress = 'test/properties/stress.test.ts'
const examples = 'services/detect/detections.test.ts'

export const faults: readonly Fault[] = [
  {
    name: 'fold by arrival',
    file: 'shared/facts/mark.ts',
    find: 'return a && compareMarks(a, b) <= 0 ? a : b',
    replace: 'return a ?? b',
    why: 'the first to arrive is taken for the earliest',
    tests: ['shared/facts/facts.test.ts', outcome],
  },
  {
    name: 'a bounded map that keeps the first',
    file: 'shared/facts/smallest-map.ts',
    find: 'if (order(key, worst) >= 0) return false',
    replace: 'return false',
    why: 'at the bound, what came first stays',
    tests: [stress, 'shared/facts/facts.test.ts'],
  },
  {
    name: 'rows at the bound that keep the first',
    file: 'services/correlate/rows.ts',
    find: 'let worstHash = contentHash(state, a, b)',
    replace: 'let worstHash = Infinity + contentHash(state, a, b)',
    why: 'a new place or action never replaces an older one at the bound',
    tests: [stress],
  },
  {
    name: 'masked id taken as key',
    file: 'services/normalise/masked.ts',
    find: "(isUsual(key) || !judge(key) ? key : '')",
    replace: '(isUsual(key) || !judge(key) ? key : key)',
    why: 'a mask joins what has nothing in common',
    tests: [holders],
  },
  {
    name: 'forwarded call taken as a session',
    file: 'services/correlate/uses.ts',
    find: "if (!use.direct || use.identity === 'service') {",
    replace: "if (use.identity === 'service') {",
    why: 'what a service does on behalf of a principal becomes a session of its own',
    tests: [holders],
  },
  {
    name: 'denial counted that is settling',
    file: 'services/correlate/lists.ts',
    find: 'settled: settles(settled, mark)',
    replace: 'settled: settles(settled, mark) && false',
    why: 'a refusal that turns into success within a minute is IAM settling',
    tests: [examples],
  },
  {
    name: 'holder filled in for an unknown actor',
    file: 'services/correlate/actors.ts',
    find: 'if (sightings.length === 0) return []',
    replace: `if (sightings.length === 0)
    return (cred.reports?.leases ?? []).map(({ task, agent, at, id }) => ({
      task,
      agent,
      rank: 'claimed' as const,
      rule: '',
      first: { at, id },
      last: { at, id },
      marks: [{ at, id }],
    }))`,
    why: 'who made a use is known by evidence about that use alone',
    tests: [holders],
  },
  {
    name: 'the first of two claims on one request',
    file: 'services/correlate/actors.ts',
    find: 'if (!call || agents.size !== 1 || (tasks.size !== 1 && !call.agent)) continue',
    replace: 'if (!call) continue',
    why: 'two agents that claim one request leave its actor unknown',
    tests: [holders],
  },
  {
    name: 'root by child only',
    file: 'services/correlate/view.ts',
    find: '[...path, own].find(',
    replace: '[own].find(',
    why: 'each child would be a story of its own',
    tests: [holders],
  },
  {
    name: 'no retract of a finding',
    file: 'services/detect/detect.ts',
    find: 'filter(({ key }) => !kept.has(key))',
    replace: 'filter(({ key }) => !kept.has(key) && false)',
    why: 'what does not stand any more goes on standing',
    tests: [holders, 'services/detect'],
  },
  {
    name: 'no retract of a lease root',
    file: 'services/correlate/tell.ts',
    find: '  takeBackHeld(view, out)\n',
    replace: '',
    why: 'a session that turns out to be another task’s goes on speaking for the first',
    tests: [outcome],
  },
  {
    name: 'root not sent again',
    file: 'services/correlate/tell.ts',
    find: 'const all = rich.signature !== left.signature',
    replace: 'const all = rich.signature !== left.signature && false',
    why: 'children keep what their parent knew when they were made',
    tests: [holders],
  },
  {
    name: 'join answers that overwrite',
    file: 'services/join/keys.ts',
    find: '(list) => withItem(list, leaseOf(issued), leases)',
    replace: '() => withItem([], leaseOf(issued), leases)',
    why: 'the second lease of a key is a second fact, not a correction',
    tests: [holders],
  },
  {
    name: 'grant as an event',
    file: 'services/join/join.ts',
    find: `      return addMeetingAsker(
        entryOf(state.targets, input.key, emptyMeeting<TargetDeed>),
        input.asker,
      )`,
    replace: `      addMeetingAsker(
        entryOf(state.targets, input.key, emptyMeeting<TargetDeed>),
        input.asker,
      )
      return false`,
    why: 'who asks after the grant was made hears of it too',
    tests: [outcome],
  },
  {
    name: 'a mark of the caller taken as exact',
    file: 'services/correlate/evidence.ts',
    find: 'const say = write(vouched)',
    replace: 'const say = write(true)',
    why: 'an agent that writes another’s task on what it mints would make it the owner',
    tests: [holders],
  },
  {
    name: 'the owner’s copy of an issue wins',
    file: 'services/correlate/issue.ts',
    find: "Number(a.issue.copy === 'owner') - Number(b.issue.copy === 'owner') ||",
    replace: "Number(b.issue.copy === 'owner') - Number(a.issue.copy === 'owner') ||",
    why: 'the copy in the other account does not know the caller',
    tests: [holders],
  },
  {
    name: 'posture opens an incident',
    file: 'services/detect/detect.ts',
    find: "filter(({ severity }) => severity !== 'info')",
    replace: "filter(({ severity }) => severity !== 'info' || true)",
    why: 'info is posture: it opens no incident (SEMANTICS D5)',
    tests: ['services/detect', 'test/scenarios'],
  },
  {
    name: 'a repeat counted as a use',
    file: 'services/correlate/uses.ts',
    find: 'if (!repeat) cred.uses++',
    replace: 'cred.uses++',
    why: 'the attribution counts records, not arrivals',
    tests: [outcome],
  },
  {
    name: 'an event history that is complete up to now',
    file: 'services/sources/lookup-state.ts',
    find: 'const settled = secondOf(now - settleMs)',
    replace: 'const settled = secondOf(now)',
    why: 'records come a quarter of an hour late: nothing younger is known to be complete (SEMANTICS E1)',
    tests: ['services/sources/lookup.test.ts', 'test/scenarios/event-history.test.ts'],
  },
  {
    name: 'records that come late are not looked for',
    file: 'services/sources/lookup-state.ts',
    find: 'if (due - again < settleMs) return undefined',
    replace: 'if (due - again < Infinity) return undefined',
    why: 'what comes later than CloudTrail promises is lost',
    tests: ['services/sources/lookup.test.ts', 'test/scenarios/event-history.test.ts'],
  },
  {
    name: 'a digest that counts without its files',
    file: 'services/sources/digest-check.ts',
    find: "return wasRead ? '' : 'not there'",
    replace: "return ''",
    why: 'a trail is called complete though a log file is missing',
    tests: ['services/sources/digests.test.ts', 'test/scenarios/digests.test.ts'],
  },
  {
    name: 'a folder that takes the word from whom a file names',
    file: 'services/sources/deliver.ts',
    find: 'activities: normalised.activities })',
    replace:
      "activities: normalised.activities.map((a) => 'time' in a ? { ...a, source, received } : a) as never })",
    why: 'serve finds in a folder what replay does not',
    tests: ['test/scenarios/folder.test.ts'],
  },
]
