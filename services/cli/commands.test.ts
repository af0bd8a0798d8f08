import { expect, test } from 'vitest'
import { allSettings } from '#shared/config.ts'
import { commands } from './commands.ts'
import { commonOptions } from './help.ts'

test('command names are distinct', () => {
  const names = commands.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test('no option of a command hides a setting or a common option', () => {
  const taken = new Set([...allSettings.map(({ flag }) => flag), ...Object.keys(commonOptions)])
  const hidden = commands.flatMap(({ name, options }) =>
    Object.keys(options)
      .filter((option) => taken.has(option))
      .map((option) => `${name} --${option}`),
  )
  expect(hidden).toEqual([])
})
