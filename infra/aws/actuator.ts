import type { IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { principalOfArn } from '#shared/facts/arn.ts'
import type { TimedCut } from '#shared/messages/cut.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import { Refused, type Actuator, type Identity, type Prior } from '#shared/ports/actuator.ts'
import { iamClient, stsClient } from './clients.ts'
import { told } from './failures.ts'
import { keys } from './keys.ts'
import { oneByOne } from './one-by-one.ts'
import { sessions } from './sessions.ts'

/** Cuts in AWS, in the accounts that it has an access for and in no other. */
export function awsActuator(
  accesses: ReadonlyMap<string, AwsAccess>,
  now: () => number,
): Actuator & { readonly close: () => void } {
  const clients = new Map(
    [...accesses].map(([account, access]) => [
      account,
      { iam: iamClient(access), sts: stsClient(access) },
    ]),
  )
  const clientsOf = (account: string) => {
    const found = clients.get(account)
    if (found) return found
    throw new Refused('invalid', `account ${account} is not among those that we may act in`)
  }
  const waiting = oneByOne()
  const identity = async (account: string) => identityOf(clientsOf(account).sts, account)
  const change = (cut: TimedCut, order: string, ask: (work: Work) => Promise<string>) =>
    waiting(targetOf(cut), async () => {
      const work = workOn(cut, clientsOf(cut.account).iam, now)
      const request = await ask(work)
      const standing = await work.standing()
      return { order, at: now(), request, standing }
    })
  return {
    identity,
    inspect: (cut) =>
      waiting(targetOf(cut), async () => workOn(cut, clientsOf(cut.account).iam, now).inspect()),
    apply: (cut, prior, order) =>
      change(cut, order, async (work) => {
        sparing(cut, await identity(cut.account))
        return work.apply(prior)
      }),
    readBack: async (cut) => workOn(cut, clientsOf(cut.account).iam, now).standing(),
    undo: (cut, prior, order) => change(cut, order, (work) => work.undo(prior)),
    close: () => {
      for (const { iam, sts } of clients.values()) {
        iam.destroy()
        sts.destroy()
      }
    },
  }
}

type Work = ReturnType<typeof workOn>

/** What can be done about one target, whatever kind it is of. */
function workOn(cut: TimedCut, iam: IAMClient, now: () => number) {
  if (cut.kind === 'disable-key')
    return {
      inspect: () => keys.inspect(iam, cut),
      apply: (_: Prior) => keys.apply(iam, cut),
      standing: () => keys.standing(iam, cut),
      undo: (prior: Prior) => keys.undo(iam, cut, prior),
    }
  return {
    inspect: () => sessions.inspect(iam, cut),
    apply: (prior: Prior) => sessions.apply(iam, cut, prior, now()),
    standing: () => sessions.standing(iam, cut),
    undo: (prior: Prior) => sessions.undo(iam, cut, prior, now()),
  }
}

async function identityOf(sts: STSClient, account: string): Promise<Identity> {
  const us = await told(`asking who we are in ${account}`, () =>
    sts.send(new GetCallerIdentityCommand({})),
  )
  if (us.Account !== account || us.Arn === undefined)
    throw new Refused(
      'invalid',
      `our credentials for account ${account} are those of account ${us.Account ?? 'unknown'}`,
    )
  const { accessKeyId: key } = await sts.config.credentials()
  return { account, arn: us.Arn, principal: principalOfArn(us.Arn), key }
}

/** Throws where the cut would hit who carries it out: whoever does that cannot undo it. */
function sparing(cut: TimedCut, us: Identity): void {
  const [, kind, name] = us.principal.split('/')
  const isOurs =
    cut.kind === 'deny-session'
      ? kind === 'role' && name === cut.role
      : kind === 'user' && name === cut.user
  const isOurKey = cut.kind === 'disable-key' && cut.key === us.key
  if (isOurs || isOurKey)
    throw new Refused('ourselves', `${targetOf(cut)} is what we act with: a person must cut it`)
}

/** What calls wait for each other about. */
const targetOf = (cut: TimedCut): string =>
  cut.kind === 'deny-session'
    ? `${cut.account} role ${cut.role}`
    : `${cut.account} user ${cut.user}`
