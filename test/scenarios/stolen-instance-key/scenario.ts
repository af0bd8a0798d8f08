import { at, instance, places } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('stolen-instance-key')
const web = instance('web', 'i-0fa1b2c3d4e5f6a7b', book.time(0), places.instance)
for (const second of [10, 400, 800, 1200]) book.call(web, 'ssm:DescribeParameters', second)
const stolen = at(web, places.stranger)
book.call(stolen, 'sts:GetCallerIdentity', 900)
book.call(stolen, 's3:ListBuckets', 930)

export const scenario: Scenario = {
  story: 'the credential of an instance works elsewhere while the instance goes on at home',
  records: book.all,
}
