import type { Caller, ServiceCaller } from './caller.ts'
import type { Account, Credentials, Nature } from './state.ts'

/** What a client holds. */
export type Credential = {
  /** Access key id: `AKIA…`, or `ASIA…` with a token. */
  readonly key: string
  readonly secret: string
  readonly token?: string
  /** Epoch ms; absent for keys of users. */
  readonly expires?: number
}

/** Input of an operation with the names of AWS's API: `{ UserName: 'alice' }`. */
export type Params = Readonly<Record<string, unknown>>

/** One call to a service of AWS, however it came here. */
export type Request = {
  readonly credential: Credential | ServiceCaller
  /** Endpoint prefix: `iam`, `sts`, `secretsmanager`. */
  readonly service: string
  /** `GetSecretValue`. */
  readonly action: string
  readonly params?: Params
  /** Default `us-east-1`. IAM is recorded there wherever it is called. */
  readonly region?: string
  /** ARN that the call is about, for services that are not modelled; default `*`. */
  readonly resource?: string
  readonly address?: string
  readonly userAgent?: string
}

export type Answer =
  | { readonly ok: true; readonly requestId: string; readonly data: Params }
  | {
      readonly ok: false
      readonly requestId: string
      readonly code: string
      readonly message: string
      /** HTTP status; 0: no answer came, and the change may have happened. */
      readonly status: number
    }

/** What an operation sees. */
export type Call = {
  readonly nature: Nature
  readonly accounts: ReadonlyMap<string, Account>
  readonly credentials: Credentials
  readonly caller: Caller
  /** The caller's account; that of a service: the account of the role that it asks for. */
  readonly account: Account
  readonly params: Params
  readonly region: string
  readonly now: number
}

/** What an operation leaves in CloudTrail beside its parameters. */
export type Outcome = {
  readonly data: Params
  /** `responseElements`; absent: null, as for all that only read. */
  readonly shown?: Params
  /** Another account that gets a copy of the record, as the owner of a role does. */
  readonly copyTo?: string
}

export type Operation = {
  /** Epithet of the record. */
  readonly readOnly: boolean
  /** ARN that the caller's policies are asked about; absent: `*`. */
  readonly resource?: (call: Call) => string
  /** Further condition keys, lower case. */
  readonly context?: (call: Call) => readonly (readonly [string, readonly string[]])[]
  /** Who decides; `free`: nobody has to allow it; `itself`: the operation asks. Default: the caller's policies. */
  readonly permission?: 'free' | 'itself'
  readonly run: (call: Call) => Outcome
}

export type Operations = Readonly<Record<string, Operation>>
