/** What it breaks, in which file, with which text, and what must be said about it. */
type Offence = readonly [breaks: string, file: string, text: string, advice: string]

/** What each file breaks → the file → its text → what the linter must say about it. */
export const lintRows: readonly Offence[] = [
  [
    'shared asks a service',
    'shared/a1.ts',
    `import '#services/join/join.ts'`,
    'shared/ knows nobody',
  ],
  [
    'shared asks an adapter',
    'shared/a2.ts',
    `import '../infra/memory/log.ts'`,
    'shared/ knows nobody',
  ],
  [
    'a hop asks an adapter',
    'services/join/a3.ts',
    `import '#infra/memory/log.ts'`,
    'Only services/cli/process.ts may',
  ],
  [
    'a command asks an adapter',
    'services/cli/a4.ts',
    `import '#infra/memory/log.ts'`,
    "take it from the command's context",
  ],
  [
    'a hop asks another hop',
    'services/detect/a5.ts',
    `import '../join/join.ts'`,
    'Hops meet only through messages',
  ],
  [
    'a detection asks another hop',
    'services/detect/detections/a6.ts',
    `import '../../story/story.ts'`,
    'Hops meet only through messages',
  ],
  [
    'a hop asks by full name',
    'services/detect/a7.ts',
    `import '#services/story/story.ts'`,
    'Hops meet only through messages',
  ],
  [
    'composition asks an adapter',
    'services/replay/a13.ts',
    `import '#infra/memory/log.ts'`,
    'Only services/cli/process.ts may',
  ],
  [
    'an adapter asks a service',
    'infra/memory/a8.ts',
    `import '#services/join/join.ts'`,
    'An adapter implements a port',
  ],
  ['a hop reads files', 'services/ingest/a9.ts', `import 'node:fs/promises'`, 'A step does no I/O'],
  ['shared starts a thread', 'shared/a10.ts', `import 'worker_threads'`, 'A step does no I/O'],
  [
    'a hop draws an id',
    'services/story/a11.ts',
    `import { randomUUID } from 'node:crypto'\nrandomUUID()`,
    'Chance comes from a port',
  ],
  [
    'shared draws an id',
    'shared/a12.ts',
    `import { randomUUID } from 'node:crypto'\nrandomUUID()`,
    'Chance comes from a port',
  ],
  [
    'a hop reads the environment',
    'services/join/b1.ts',
    `export const x = process.env['HOME']`,
    'through shared/config.ts',
  ],
  [
    'shared reads the clock',
    'shared/b2.ts',
    `export const x = Date.now()`,
    'Time comes with the message',
  ],
  [
    'a hop measures time',
    'services/join/b3.ts',
    `export const x = performance.now()`,
    'Time comes with the message',
  ],
  ['a hop waits', 'services/join/b4.ts', `setTimeout(() => undefined, 1)`, 'ask for a recheck'],
  [
    'a hop repeats itself',
    'services/join/b5.ts',
    `setInterval(() => undefined, 1)`,
    'ask for a recheck',
  ],
  [
    'a hop takes turns',
    'services/join/b6.ts',
    `setImmediate(() => undefined)`,
    'The loop alone decides',
  ],
  [
    'a hop draws lots',
    'services/join/b7.ts',
    `export const x = Math.random()`,
    'Chance comes from a port',
  ],
  [
    'a hop draws a global id',
    'services/join/b8.ts',
    `export const x = crypto.randomUUID()`,
    'Chance comes from a port',
  ],
  ['a hop calls out', 'services/join/b9.ts', `export const x = fetch`, 'send an order'],
  ['something prints', 'infra/memory/c1.ts', `console.log(1)`, 'no-console'],
  [
    'two files ask each other',
    'shared/c2.ts',
    `import { b } from './c3.ts'\nexport const a = () => b`,
    'no-cycle',
  ],
  [
    '… the other of the two',
    'shared/c3.ts',
    `import { a } from './c2.ts'\nexport const b = () => a`,
    'no-cycle',
  ],
  ['any', 'shared/c4.ts', `export const x = (y: any): string => String(y)`, 'no-explicit-any'],
  [
    'any that came from outside',
    'shared/c5.ts',
    `export const x: string = JSON.parse('1')`,
    'no-unsafe-assignment',
  ],
  [
    'a null that is denied',
    'shared/c6.ts',
    `export const x = (y?: string) => y!.length`,
    'no-non-null-assertion',
  ],
  [
    'a promise that nobody awaits',
    'infra/memory/c7.ts',
    `const f = async () => 1\nf()`,
    'no-floating-promises',
  ],
  [
    'a promise as a condition',
    'infra/memory/c8.ts',
    `const f = async () => true\nexport const x = f() ? 1 : 2`,
    'no-misused-promises',
  ],
  [
    'a case that is missing',
    'shared/c9.ts',
    `export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}`,
    'switch-exhaustiveness-check',
  ],
  ['a default export', 'shared/d1.ts', `export default 1`, 'no-default-export'],
  [
    'a type imported as a value',
    'shared/d2.ts',
    `import { T } from './d3.ts'\nexport const x: T = 1`,
    'consistent-type-imports',
  ],
  [
    'a function of many lines',
    'shared/d4.ts',
    `export function f() {\n${'  f()\n'.repeat(61)}}`,
    'max-lines-per-function',
  ],
  ['loose equality', 'shared/d5.ts', `export const f = (x: number, y: number) => x == y`, 'eqeqeq'],
  [
    'a test that is skipped',
    'shared/d6.test.ts',
    `import { expect, test } from 'vitest'\ntest.skip('x', () => expect(1).toBe(1))`,
    'no-disabled-tests',
  ],
  [
    'a test that is alone',
    'shared/d7.test.ts',
    `import { expect, test } from 'vitest'\ntest.only('x', () => expect(1).toBe(1))`,
    'no-focused-tests',
  ],
  [
    'a test that expects nothing',
    'shared/d8.test.ts',
    `import { test } from 'vitest'\ntest('x', () => undefined)`,
    'expect-expect',
  ],
  [
    'an exception for nothing',
    'shared/d9.ts',
    `// oxlint-disable-next-line no-console\nexport const x = 1`,
    'nused',
  ],
]

/** What the compiler must refuse, because Node cannot run it or because it hides a mistake. */
export const typeRows: readonly Offence[] = [
  ['an enum', 'shared/t1.ts', `export enum E {\n  A,\n}`, 'TS1294'],
  [
    'a parameter property',
    'shared/t2.ts',
    `export class C {\n  constructor(readonly x: number) {}\n}`,
    'TS1294',
  ],
  [
    'an element that may be missing',
    'shared/t3.ts',
    `export const f = (x: number[]): number => x[0]`,
    'TS2322',
  ],
  [
    'undefined for what is absent',
    'shared/t4.ts',
    `export const x: { y?: number } = { y: undefined }`,
    'TS2375',
  ],
  ['a variable for nothing', 'shared/t5.ts', `export function f() {\n  const x = 1\n}`, 'TS6133'],
]

/** Files that are right: were one of them complained about, the rows above would prove little. */
export const rightFiles: Readonly<Record<string, string>> = {
  'shared/d3.ts': `export type T = number`,
  'services/join/join.ts': `export const x = Date.UTC(2026, 0)`,
  'services/story/story.ts': `import { x } from './own.ts'\nexport const y = x`,
  'services/story/own.ts': `export const x = 1`,
  'services/replay/replay.ts': `export { x } from '../join/join.ts'`,
  'services/pipeline.ts': `export { x } from '#services/join/join.ts'`,
  'services/cli/process.ts': `import '#infra/memory/log.ts'\nprocess.exitCode = 0`,
  'infra/memory/log.ts': `export const now = () => Date.now()`,
}
