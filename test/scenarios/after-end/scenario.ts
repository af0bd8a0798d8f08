import { Book } from '../../../examples/book/book.ts'
import { agent, begin, end, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('after-end')
agent(book, 'ledger')
begin(book, 0, 'invoices', 'ledger', { onBehalfOf: 'ana@example.com' })
const key = lend(book, 'ledger', 'invoices', 5)
book.tool('ledger', 'invoices', 'read', 9, [book.call(key, 's3:GetBucketTagging', 10)])
end(book, 600, 'invoices')
book.call(key, 's3:GetBucketTagging', 620)
book.call(key, 's3:ListBuckets', 1500)

export const scenario: Scenario = {
  story: 'a credential goes on being used a quarter of an hour after its task ended',
  records: book.all,
  issuers,
}
