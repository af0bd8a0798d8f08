/** What is generated: the options of TLSB-1, and what follows from them. Same seed and options: same bytes. */
import { parseArgs } from 'node:util'

export const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' }, // same seed and options: same bytes
    events: { type: 'string', default: '200000' }, // distinct records; duplicates come on top
    tokens: { type: 'string', default: '10000' }, // leased session keys alive at any moment
    agents: { type: 'string', default: '1000' },
    tasks: { type: 'string', default: '50000' }, // most tasks running at once
    skew: { type: 'string', default: '1' }, // multiplies the share of late records (0 = nearly in order)
    dup: { type: 'string', default: '0.005' }, // share of exact duplicates
    tail: { type: 'string', default: '0.01' }, // share of 20-100 KB records
    attacks: { type: 'string', default: '0.0004' }, // attack scenarios per record
    twins: { type: 'string', default: '0.002' }, // records of benign look-alikes, a record
    used: { type: 'boolean', default: false }, // every live key has been used once before the clock starts
    out: { type: 'string', default: 'data' },
    gz: { type: 'boolean', default: false },
  },
})
export const EVENTS = +options.events,
  TOKENS = +options.tokens,
  AGENTS = +options.agents,
  TASKS = Math.min(+options.tasks, TOKENS)
export const RATE = TOKENS * 0.0025 // records per second: with the life times below 2 % of records are then root issues
export const SPAN = EVENTS / RATE,
  T0 = Date.UTC(2026, 9, 5) / 1000,
  HOUR = 3600
