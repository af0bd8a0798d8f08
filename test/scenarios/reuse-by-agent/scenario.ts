import { home } from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import { places, user } from '../../../examples/book/actors.ts'
import { agent, begin, issuers } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('reuse-by-agent')
agent(book, 'crawler', [`arn:aws:iam::${home}:user/crawler`])
agent(book, 'chat')
begin(book, 0, 'crawl-1', 'crawler')
begin(book, 0, 'crawl-2', 'crawler')
begin(book, 0, 'talk-9', 'chat')
const key = user('crawler', places.cluster)
book.tool('crawler', 'crawl-1', 'fetch', 9, [book.call(key, 's3:ListBuckets', 10)])
book.tool('crawler', 'crawl-2', 'fetch', 19, [book.call(key, 's3:ListBuckets', 20)])
book.tool('chat', 'talk-9', 'look_up', 29, [book.call(key, 's3:ListBuckets', 30)])

export const scenario: Scenario = {
  story: 'the long-lived key of one agent, normal for all of its tasks, is used by another agent',
  records: book.all,
  issuers,
}
