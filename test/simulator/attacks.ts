import type { Credential } from '#infra/fake-aws/call.ts'
import type { Company, Held } from './company.ts'
import type { Time } from './time.ts'
import { read, secret } from './work.ts'

/** Where the thief sits (RFC 5737). */
const elsewhere = '203.0.113.66'

export const attackNames = ['reuse', 'pivot', 'after-end'] as const
export type AttackName = (typeof attackNames)[number]

/** Who is attacked, and with what. */
export type Attack = (company: Company, time: Time) => Promise<Harmed>

/** What the attacker had hold of in the end. */
export type Harmed = { readonly session: string; readonly minted?: string }

/** How long somebody who is not stopped goes on: on a slow machine it takes a while until he is. */
const goesOn = 120
const pauseMs = 500
/** How often somebody is refused before he believes it. */
const patience = 5

/** Goes on until it is refused again and again, as everybody does who is not sure why. */
async function insist(time: Time, attempt: (n: number) => boolean): Promise<void> {
  let refused = 0
  for (let n = 0; n < goesOn && refused < patience; n++) {
    if (!attempt(n)) refused++
    await time.sleep(pauseMs)
  }
}

/** One agent's task finds the token of another's in a file that both can read, and works with it. */
const reuse: Attack = async (company, time) => {
  const victim = await started(company, 'invoices-0525')
  await company.start('support', 'newsletter-0525')
  const own = await company.issue('support', 'newsletter-0525')
  await company.tool(own, 'read_template', [read('documents', 'template')])
  await time.sleep(400)
  const stolen: Held = { credential: victim.credential, agent: 'support', task: 'newsletter-0525' }
  let refused = 0
  for (let n = 0; n < goesOn && refused < patience; n++) {
    const answers = await company.tool(stolen, 'read_documents', [read('ledger', `customers/${n}`)])
    refused += answers.filter(({ ok }) => !ok).length
    await time.sleep(pauseMs)
  }
  await company.end('newsletter-0525')
  return { session: victim.credential.key }
}

/** A stolen token makes itself a key that outlives it, and goes on with that one. */
const pivot: Attack = async (company, time) => {
  const victim = await started(company, 'payroll-0525')
  const by = 'thief'
  const answer = company.call(
    by,
    victim.credential,
    { service: 'iam', action: 'CreateAccessKey', params: { UserName: 'backup' } },
    elsewhere,
  )
  const session = victim.credential.key
  if (!answer.ok) return { session }
  const made = answer.data['AccessKey'] as Readonly<Record<string, string>>
  const minted: Credential = {
    key: made['AccessKeyId'] ?? '',
    secret: made['SecretAccessKey'] ?? '',
  }
  // A new key is known everywhere after a moment only.
  await time.sleep(1_500)
  const reading = (credential: Credential) =>
    insist(time, (n) => company.call(by, credential, secret(`prod/secret-${n}`), elsewhere).ok)
  await Promise.all([reading(minted), reading(victim.credential)])
  return { session, minted: minted.key }
}

/** A token is kept when its task is over, and used again. */
const afterEnd: Attack = async (company, time) => {
  const victim = await started(company, 'report-0525')
  await company.end('report-0525')
  await time.sleep(6_000)
  await insist(
    time,
    (n) => company.call('thief', victim.credential, read('ledger', `report/${n}`), elsewhere).ok,
  )
  return { session: victim.credential.key }
}

async function started(company: Company, task: string): Promise<Held> {
  await company.start('ledger', task, { onBehalfOf: 'ana@example.com' })
  const held = await company.issue('ledger', task)
  await company.tool(held, 'read_ledger', [read('ledger', task)])
  return held
}

export const attacks: Readonly<Record<AttackName, Attack>> = { reuse, pivot, 'after-end': afterEnd }
