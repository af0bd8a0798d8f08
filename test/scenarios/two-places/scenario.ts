import { at, places, user } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('two-places')
const dana = user('dana', places.office)
const run = book.assume(dana, 'deploy', 'dana', 0, { place: places.office })
for (const second of [5, 60, 180, 300]) book.call(run, 'ecs:DescribeServices', second)
for (const second of [90, 120, 200])
  book.call(at(run, places.stranger), 'ec2:DescribeInstances', second)

export const scenario: Scenario = {
  story:
    'a temporary session is used from a second network with another program while the first goes on',
  records: book.all,
}
