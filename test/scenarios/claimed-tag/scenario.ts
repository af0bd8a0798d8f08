import { places } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import { agent, begin, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('claimed-tag')
agent(book, 'ledger')
agent(book, 'support')
begin(book, 0, 'invoices', 'ledger')
begin(book, 0, 'tickets', 'support')
const key = lend(book, 'ledger', 'invoices', 5)
const child = book.assume(key, 'ledger-agent', 'step', 60, {
  place: places.cluster,
  tags: { task_id: 'tickets' },
})
book.call(child, 's3:ListBuckets', 70)

export const scenario: Scenario = {
  story:
    'a task mints a credential and writes the name of another one’s task on it: told, never believed',
  records: book.all,
  issuers,
}
