import { data, keyId, places, user } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import { agent, begin, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('pivot')
agent(book, 'release')
begin(book, 0, 'release-7', 'release', { onBehalfOf: 'cem@example.com' })
const key = lend(book, 'release', 'release-7', 5)
const audit = book.assume(key, 'audit', 'release-7', 60, { account: data, place: places.cluster })
book.call(audit, 'iam:ListUsers', 70)
const made = keyId('AKIA', 'backup-operator made')
book.call(audit, 'iam:CreateAccessKey', 80, {
  params: { userName: 'backup-operator' },
  response: { accessKey: { userName: 'backup-operator', accessKeyId: made, status: 'Active' } },
})
const thief = user('backup-operator', places.stranger, made, data)
book.call(thief, 'sts:GetCallerIdentity', 300)
book.call(thief, 'iam:AttachUserPolicy', 320, {
  params: { userName: 'backup-operator', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
})
book.call(thief, 'cloudtrail:DeleteTrail', 340, { params: { name: 'org' } })

export const scenario: Scenario = {
  story:
    'a task takes a role in another account, makes a key for a user there, and that key becomes an administrator',
  records: book.all,
  issuers,
}
