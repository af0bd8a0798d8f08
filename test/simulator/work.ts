import type { AgentName, Company, Held } from './company.ts'
import type { Time } from './time.ts'

const read = (bucket: string, key: string) => ({
  service: 's3',
  action: 'GetObject',
  params: { bucketName: bucket, key },
})
const send = { service: 'sqs', action: 'SendMessage', params: { queueUrl: 'work' } }
const secret = (name: string) => ({
  service: 'secretsmanager',
  action: 'GetSecretValue',
  params: { secretId: name },
})

/** One task from start to end: a credential of its own, a few tools, and nothing that anybody should be woken for. */
export async function ordinaryTask(
  company: Company,
  time: Time,
  agent: AgentName,
  task: string,
  rounds: number,
): Promise<void> {
  await company.start(agent, task, { onBehalfOf: 'ana@example.com' })
  const held = await company.issue(agent, task)
  for (let round = 0; round < rounds; round++) {
    await company.tool(held, 'read_documents', [read('documents', `${task}/${round}`), send])
    await time.sleep(700)
  }
  await company.end(task)
}

/**
 * What looks like an attack and is none: a declared sub-task works with its parent's credential; a task hands its credential
 * on to one that its scope names; a tool is refused a few times; a job reads the one secret that it needs.
 */
export const lookAlikes: readonly ((company: Company, time: Time) => Promise<void>)[] = [
  async (company, time) => {
    await company.start('release', 'deploy-7')
    await company.start('release', 'deploy-7/scan', { parent: 'deploy-7' })
    const held = await company.issue('release', 'deploy-7')
    await company.tool(held, 'build', [read('artifacts', 'deploy-7')])
    await time.sleep(400)
    const lent: Held = { ...held, task: 'deploy-7/scan' }
    await company.tool(lent, 'scan_image', [read('artifacts', 'deploy-7/layers')])
    await company.end('deploy-7/scan')
    await time.sleep(300)
    await company.end('deploy-7')
  },
  async (company, time) => {
    await company.start('ledger', 'close-may', { scope: { handOffTo: ['mail-may'] } })
    await company.start('support', 'mail-may')
    const held = await company.issue('ledger', 'close-may')
    await company.tool(held, 'sum_up', [read('ledger', 'may')])
    await time.sleep(400)
    await company.tool({ ...held, agent: 'support', task: 'mail-may' }, 'send_summary', [send])
    await company.end('mail-may')
    await company.end('close-may')
  },
  async (company, time) => {
    await company.start('support', 'tickets-12')
    const held = await company.issue('support', 'tickets-12')
    for (let n = 0; n < 3; n++) {
      await company.tool(held, 'look_up', [{ service: 'dynamodb', action: 'GetItem' }])
      await time.sleep(200)
    }
    await company.end('tickets-12')
  },
  async (company, time) => {
    await company.start('ledger', 'sync-bank')
    const held = await company.issue('ledger', 'sync-bank')
    await company.tool(held, 'fetch_statement', [secret('bank/api')])
    await time.sleep(300)
    await company.end('sync-bank')
  },
]

export { read, secret }
