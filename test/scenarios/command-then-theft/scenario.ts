import { at, home, instance, places, user } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import type { Scenario } from '../scenario.ts'

const id = 'i-0c0ffee0c0ffee0c0'
const book = new Book('command-then-theft')
const web = instance('web', id, book.time(-600), places.instance)
for (const second of [0, 500, 1000, 1500]) book.call(web, 'ssm:DescribeParameters', second)
const intern = user('intern', places.stranger)
book.call(intern, 'ssm:SendCommand', 600, {
  params: { instanceIds: [id], documentName: 'AWS-RunShellScript' },
  response: { command: { commandId: '0c0ffee0-0000-4000-8000-000000000001', instanceIds: [id] } },
})
const stolen = at(web, places.stranger)
book.call(stolen, 'sts:GetCallerIdentity', 700)
book.call(stolen, 's3:ListBuckets', 720)

export const scenario: Scenario = {
  story: `a user of account ${home} runs a command on an instance, and the credential of that instance turns up where the user works`,
  records: book.all,
}
