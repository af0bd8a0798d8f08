import { readdirSync } from 'node:fs'
import type { Scenario } from './scenario.ts'

/** Where each scenario has its folder. */
export const here = import.meta.dirname

export const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted()

export const load = async (name: string): Promise<Scenario> =>
  ((await import(`./${name}/scenario.ts`)) as { scenario: Scenario }).scenario
