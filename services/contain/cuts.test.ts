import { expect, test } from 'vitest'
import { guessable, signOf } from '#shared/secret-sign.ts'
import { wayTo } from './cuts.ts'

const account = '111122223333'
const of = (principal: string, credential = 'ASIAEXAMPLE1') =>
  wayTo({ credential, principal, maker: '' })

test('whose name held a secret is cut by nobody here, since the real name is not kept', () => {
  expect(of(`${account}/role/work/run-7`)).toHaveProperty('cut')
  for (const sign of [signOf('CANARY'), `run-password=${guessable}`])
    expect(of(`${account}/role/work/${sign}`)).toEqual({
      note: `the name of ${account}/role/work/${sign} held a secret and is not kept: deny it by hand`,
    })
  expect(of(`${account}/user/${signOf('CANARY')}`, 'AKIAEXAMPLE1')).toHaveProperty('note')
})
