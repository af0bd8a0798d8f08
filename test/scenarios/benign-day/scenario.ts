import {
  at,
  data,
  instance,
  keyId,
  outsider,
  places,
  session,
  user,
} from '../../../examples/book/actors.ts'
import { Book } from '../../../examples/book/book.ts'
import { agent, begin, end, issuers, lend } from '../cast.ts'
import type { Scenario } from '../scenario.ts'

const book = new Book('benign-day')

// Agents that declare what they do: a sub-task, a hand-off, an end.
agent(book, 'ledger')
agent(book, 'support')
begin(book, 0, 'month-end', 'ledger', { scope: { handOffTo: ['refunds'] } })
begin(book, 1, 'month-end/scan', 'ledger', { parent: 'month-end' })
begin(book, 2, 'refunds', 'support')
const key = lend(book, 'ledger', 'month-end', 5)
book.tool('ledger', 'month-end', 'list', 9, [book.call(key, 's3:GetBucketTagging', 10)])
book.tool('ledger', 'month-end/scan', 'scan', 19, [book.call(key, 's3:GetBucketTagging', 20)])
book.tool('support', 'refunds', 'look_up', 29, [book.call(key, 's3:GetBucketTagging', 30)])
end(book, 300, 'month-end')
book.call(key, 's3:GetBucketTagging', 320)

// A person at the console: one sign-in, a key for each service.
for (const [i, what] of ['ec2:DescribeInstances', 's3:ListBuckets', 'iam:ListRoles'].entries()) {
  const tab = session('operator', 'dana@example.com', {
    key: keyId('ASIA', `benign console ${i}`),
    created: book.time(-900),
    place: places.browser,
    more: { sessionCredentialFromConsole: 'true' },
  })
  book.call(tab, what, 200 + i)
}

// An instance at home, whose public address changes overnight.
const web = instance('web', 'i-0123456789abcdef0', book.time(-600), places.instance)
for (let i = 0; i < 6; i++) book.call(web, 'ssm:DescribeParameters', 600 * i)
book.call(
  at(web, { ...places.instance, address: '198.51.100.32' }),
  'ssm:DescribeParameters',
  15_000,
)

// Terraform makes a role for a service, CloudFormation works on its behalf.
const terraform = user('terraform', places.terraform)
const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
}
book.call(terraform, 'iam:CreateRole', 500, {
  params: { roleName: 'resize', assumeRolePolicyDocument: JSON.stringify(trust) },
})
book.call(terraform, 'iam:AttachRolePolicy', 501, {
  params: { roleName: 'resize', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
})
book.call(terraform, 'cloudformation:CreateStack', 520)
book.call(terraform, 'sns:CreateTopic', 524, { invokedBy: 'cloudformation.amazonaws.com' })
book.call(terraform, 'sts:AssumeRole', 540, {
  error: [
    'AccessDenied',
    `User: ${terraform.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${outsider}:role/x`,
  ],
})

// A nightly job reads another of our accounts.
const nightly = book.assume(terraform, 'reader', 'nightly', 700, {
  account: data,
  place: places.terraform,
})
book.call(nightly, 's3:ListBuckets', 710)

export const scenario: Scenario = {
  story: 'a day that looks bad to a careless eye and is none',
  records: book.all,
  issuers,
}
