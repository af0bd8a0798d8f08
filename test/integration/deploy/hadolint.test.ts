import { expect, test } from 'vitest'
import { tool } from './tool.ts'

test('hadolint finds nothing wrong with the Dockerfile', async () => {
  expect(await tool('hadolint', ['infra/deploy/Dockerfile'])).toEqual({
    status: 0,
    out: '',
    err: '',
  })
})
