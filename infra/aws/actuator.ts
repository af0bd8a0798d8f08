import type { IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { principalOfArn } from '#shared/facts/arn.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import {
  Refused,
  type Action,
  type Actuator,
  type Identity,
  type Prior,
} from '#shared/ports/actuator.ts'
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
  const change = (action: Action, order: string, work: (cut: Cut) => Promise<string>) =>
    waiting(targetOf(action), async () => {
      const cut = cutOf(action, clientsOf(action.account).iam, now)
      const request = await work(cut)
      const standing = await cut.standing()
      return { order, at: now(), request, standing }
    })
  return {
    identity,
    inspect: (action) =>
      waiting(targetOf(action), async () =>
        cutOf(action, clientsOf(action.account).iam, now).inspect(),
      ),
    apply: (action, prior, order) =>
      change(action, order, async (cut) => {
        sparing(action, await identity(action.account))
        return cut.apply(prior)
      }),
    readBack: async (action) => cutOf(action, clientsOf(action.account).iam, now).standing(),
    undo: (action, prior, order) => change(action, order, (cut) => cut.undo(prior)),
    close: () => {
      for (const { iam, sts } of clients.values()) {
        iam.destroy()
        sts.destroy()
      }
    },
  }
}

type Cut = ReturnType<typeof cutOf>

/** What can be done about one target, whatever kind it is of. */
function cutOf(action: Action, iam: IAMClient, now: () => number) {
  if (action.kind === 'disable-key')
    return {
      inspect: () => keys.inspect(iam, action),
      apply: (_: Prior) => keys.apply(iam, action),
      standing: () => keys.standing(iam, action),
      undo: (prior: Prior) => keys.undo(iam, action, prior),
    }
  return {
    inspect: () => sessions.inspect(iam, action),
    apply: (prior: Prior) => sessions.apply(iam, action, prior, now()),
    standing: () => sessions.standing(iam, action),
    undo: (prior: Prior) => sessions.undo(iam, action, prior, now()),
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

/** Throws where the action would cut who carries it out: whoever does that cannot undo it. */
function sparing(action: Action, us: Identity): void {
  const [, kind, name] = us.principal.split('/')
  const isOurs =
    action.kind === 'deny-session'
      ? kind === 'role' && name === action.role
      : kind === 'user' && name === action.user
  const isOurKey = action.kind === 'disable-key' && action.key === us.key
  if (isOurs || isOurKey)
    throw new Refused('ourselves', `${targetOf(action)} is what we act with: a person must cut it`)
}

/** What calls wait for each other about. */
const targetOf = (action: Action): string =>
  action.kind === 'deny-session'
    ? `${action.account} role ${action.role}`
    : `${action.account} user ${action.user}`
