import { Book } from '../../../examples/book/book.ts'
import { agent, begin, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('reuse-by-task')
agent(book, 'ledger')
begin(book, 0, 'invoices', 'ledger')
begin(book, 0, 'reminders', 'ledger')
const key = lend(book, 'ledger', 'invoices', 5)
book.tool('ledger', 'invoices', 'read', 9, [book.call(key, 's3:GetBucketTagging', 10)])
book.tool('ledger', 'reminders', 'read', 99, [
  book.call(key, 's3:GetBucketTagging', 100),
  book.call(key, 's3:GetBucketTagging', 104),
])

export const scenario: Scenario = {
  story: 'a second task of the same agent calls with the credential of the first',
  records: book.all,
  issuers,
}
