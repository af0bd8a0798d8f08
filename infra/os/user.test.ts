import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { userName } from './user.ts'

const nameless = (): string => {
  throw new Error('no such user')
}

test.skipIf(process.platform === 'win32')(
  'it is whom the system says, whatever the environment says',
  () => {
    const code = `import { userName } from ${JSON.stringify(import.meta.resolve('./user.ts'))}; console.log(userName())`
    const args = ['--input-type=module', '--eval', code]
    const said = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      env: { USER: 'mallory' },
    })
    const uid = `uid ${process.getuid?.()}`
    expect([execFileSync('id', ['-un'], { encoding: 'utf8' }), `${uid}\n`]).toContain(said)
  },
)

test('who has no name signs as his number', () => {
  expect(userName({ name: nameless, uid: () => 1000 })).toBe('uid 1000')
  expect(userName({ name: nameless, uid: () => undefined })).toBe('unknown')
})
