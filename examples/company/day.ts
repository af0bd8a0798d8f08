import {
  at,
  data,
  home,
  instance,
  keyId,
  places,
  session,
  user,
  type Actor,
} from '../book/actors.ts'
import { Book } from '../book/book.ts'

/**
 * One day of a small company with three agents. Two things go wrong: the credential of one task is used by another one, and an
 * agent that was talked into it makes itself a way in. The rest is a normal day that looks bad to a careless eye.
 */
export function day(): Book {
  const book = new Book('company')
  agents(book)
  const broker = brokerOf(book)
  normalDay(book)
  reuse(book, broker)
  delegation(book, broker)
  pivot(book, broker)
  return book
}

const source = 'orchestrator'

function agents(book: Book): void {
  const register = (agent: string, owner: string, role: string): void =>
    book.report('agent.registered', -3600, {
      agent,
      owner,
      principals: [`arn:aws:iam::${home}:role/${role}`],
      sources: [source],
      source,
    })
  register('ledger', 'payments@example.com', 'ledger-agent')
  register('support', 'support@example.com', 'support-agent')
  register('release', 'platform@example.com', 'release-agent')
}

const brokerOf = (book: Book): Actor =>
  session('task-broker', 'broker-1', { created: book.time(-1800), place: places.broker })

const start = (book: Book, seconds: number, task: string, agent: string, more: object = {}): void =>
  book.report('task.started', seconds, { task, agent, source, ...more })

/** The broker gives a task a credential of its agent's role, with the task written on it. */
const lend = (book: Book, broker: Actor, agent: string, task: string, seconds: number): Actor =>
  book.assume(broker, `${agent}-agent`, task, seconds, {
    place: places.cluster,
    tags: { task_id: task, agent_id: agent },
  })

/** The invoice task works with its own credential, until the newsletter task calls with it too. */
function reuse(book: Book, broker: Actor): void {
  start(book, 0, 'invoices-0504', 'ledger', { onBehalfOf: 'ana@example.com' })
  start(book, 30, 'newsletter-0504', 'support', { onBehalfOf: 'ben@example.com' })
  const invoices = lend(book, broker, 'ledger', 'invoices-0504', 10)
  const newsletter = lend(book, broker, 'support', 'newsletter-0504', 40)
  for (const second of [60, 64, 71, 90]) {
    const request = book.call(invoices, 'dynamodb:DescribeTable', second, {
      params: { tableName: 'invoices' },
    })
    book.tool('ledger', 'invoices-0504', 'read_invoices', second - 1, [request])
  }
  book.tool('support', 'newsletter-0504', 'send_mail', 119, [
    book.call(newsletter, 'ses:GetSendQuota', 120),
    book.call(newsletter, 'ses:ListTemplates', 121),
  ])
  for (const second of [300, 303, 309]) {
    const request = book.call(invoices, 's3:GetBucketLocation', second, {
      params: { bucketName: 'customer-exports' },
    })
    book.tool('support', 'newsletter-0504', 'collect_addresses', second - 1, [request])
  }
  book.report('task.ended', 900, { task: 'invoices-0504', source })
  book.report('task.ended', 960, { task: 'newsletter-0504', source })
}

/** A declared sub-task and a declared hand-off use the credential of another task: nothing is wrong with that. */
function delegation(book: Book, broker: Actor): void {
  start(book, 1200, 'month-end', 'ledger', { scope: { handOffTo: ['refunds-0504'] } })
  start(book, 1205, 'month-end/scan', 'ledger', { parent: 'month-end' })
  start(book, 1206, 'refunds-0504', 'support')
  const monthEnd = lend(book, broker, 'ledger', 'month-end', 1210)
  const call = (second: number): string =>
    book.call(monthEnd, 's3:GetBucketTagging', second, { params: { bucketName: 'scans' } })
  book.tool('ledger', 'month-end', 'list_scans', 1219, [call(1220)])
  book.tool('ledger', 'month-end/scan', 'read_scan', 1229, [call(1230), call(1232)])
  book.tool('support', 'refunds-0504', 'look_up_invoice', 1259, [call(1260)])
  book.report('task.ended', 1500, { task: 'month-end', source })
}

/** The release task reads a poisoned ticket: it takes an admin role, makes a key for a user, and somebody uses that key. */
function pivot(book: Book, broker: Actor): void {
  start(book, 3600, 'release-118', 'release', { onBehalfOf: 'cem@example.com' })
  const release = lend(book, broker, 'release', 'release-118', 3605)
  book.tool('release', 'release-118', 'read_ticket', 3619, [
    book.call(release, 'codecommit:GetRepository', 3620),
  ])
  const admin = book.assume(release, 'break-glass', 'release-118', 3700, { place: places.cluster })
  book.call(admin, 'iam:ListUsers', 3710)
  const stolen = keyId('AKIA', 'backup second key')
  book.call(admin, 'iam:CreateAccessKey', 3725, {
    params: { userName: 'backup' },
    response: {
      accessKey: {
        userName: 'backup',
        accessKeyId: stolen,
        status: 'Active',
        createDate: 'May 4, 2026, 10:02:05 AM',
      },
    },
  })
  const thief = user('backup', places.stranger, stolen)
  book.call(thief, 'sts:GetCallerIdentity', 3900)
  book.call(thief, 'cloudtrail:StopLogging', 3930, {
    params: { name: `arn:aws:cloudtrail:eu-west-1:${home}:trail/company` },
  })
  for (let i = 1; i <= 12; i++)
    book.call(thief, 'secretsmanager:GetSecretValue', 3940 + i, {
      params: { secretId: `prod/service-${i}` },
    })
  const reader = book.assume(thief, 'archive-reader', 'session-1', 3980, {
    account: data,
    place: places.stranger,
  })
  book.call(reader, 's3:ListBuckets', 3990)
}

/** What people, Terraform, services and instances do all day. */
function normalDay(book: Book): void {
  console_(book)
  const terraform = user('terraform', places.terraform)
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  }
  book.call(terraform, 'iam:CreateRole', 500, {
    params: { roleName: 'resize-images', assumeRolePolicyDocument: JSON.stringify(trust) },
  })
  book.call(terraform, 'iam:AttachRolePolicy', 502, {
    params: {
      roleName: 'resize-images',
      policyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    },
  })
  book.call(terraform, 'cloudformation:CreateStack', 520, { params: { stackName: 'images' } })
  book.call(terraform, 'sns:CreateTopic', 524, {
    params: { name: 'images' },
    invokedBy: 'cloudformation.amazonaws.com',
  })
  const web = instance('web', 'i-0a1b2c3d4e5f60718', book.time(-600), places.instance)
  for (let i = 0; i < 6; i++) book.call(web, 'ssm:DescribeParameters', 600 * i + 5)
}

/** One sign-in at the console: AWS hands out a new key for each service that is looked at. */
function console_(book: Book): void {
  for (const [i, what] of [
    'ec2:DescribeInstances',
    's3:ListBuckets',
    'cloudwatch:DescribeAlarms',
    'iam:ListRoles',
  ].entries()) {
    const tab = session('operator', 'dana@example.com', {
      key: keyId('ASIA', `console ${i}`),
      created: book.time(-900),
      place: places.browser,
      more: { sessionCredentialFromConsole: 'true' },
    })
    book.call(i === 1 ? at(tab, places.browser) : tab, what, 200 + 20 * i)
  }
}
