import type { TimedCut } from '#shared/messages/cut.ts'

/** State of what a cut will touch, read before it: plain JSON, to be stored before the first `apply`. */
export type Prior =
  | { readonly kind: 'disable-key'; readonly status: 'Active' | 'Inactive' }
  | {
      readonly kind: 'deny-session' | 'deny-user-sessions'
      /** AWS's unique id of the role or user (`AROA…`, `AIDA…`): one that is made anew under the same name is another. */
      readonly entity: string
      /** Until when the same unit was cut already, epoch ms; null: it was not. */
      readonly issuedBefore: number | null
      /** Whole text of the policy under our name; null: there was none. */
      readonly document: string | null
    }

/** How the target stands. `changed-by-others`: it is neither what the cut makes nor what was there without it. */
export type Standing = 'in-force' | 'absent' | 'changed-by-others'

export type Receipt = {
  readonly order: string
  /** Epoch ms, our clock, after the last call. */
  readonly at: number
  /** Request id of the call that changed something: the `requestID` of its CloudTrail record. '' if nothing had to change. */
  readonly request: string
  /** Read back after the call. AWS may answer with what stood seconds ago, so that only a later read proves anything. */
  readonly standing: Standing
}

/** Who we are in an account. */
export type Identity = {
  readonly account: string
  readonly arn: string
  /** Principal key (SEMANTICS B1), such as `111122223333/role/responder/keytrail`. */
  readonly principal: string
  /** Our own key id; it changes when a session is renewed. */
  readonly key: string
}

/**
 * The outside world that can cut. All methods throw `Transient` where the same call may succeed later (throttled, no
 * answer, an answer that may be lost: the change may have happened) and `Refused` where it will not. Calls on one target
 * wait for each other. Repeating a call with the same arguments changes nothing further, whatever was answered before;
 * `order` is the idempotency key that the receipt bears.
 */
export type Actuator = {
  /** Our own principal. Where this fails, nothing may be enforced in the account. */
  identity(account: string): Promise<Identity>
  /** Reads what the cut will touch. Asked once for each order: after an `apply` its answer is no prior state. */
  inspect(cut: TimedCut): Promise<Prior>
  apply(cut: TimedCut, prior: Prior, order: string): Promise<Receipt>
  readBack(cut: TimedCut): Promise<Standing>
  /**
   * Back to the prior state of this unit; other units of the same policy stay. Refuses with `changed` where somebody else
   * changed it since.
   */
  undo(cut: TimedCut, prior: Prior, order: string): Promise<Receipt>
}

export type Refusal =
  /** Our identity lacks a permission, or has no credentials. */
  | 'no-permission'
  /** The key, user or role does not exist (any more). */
  | 'absent'
  /** The policies of the role or user would exceed IAM's limit. */
  | 'no-room'
  /** Somebody else changed what bears our name. */
  | 'changed'
  /** AWS lets nobody change this one, such as a service-linked role or a role of Identity Center. */
  | 'unmodifiable'
  /** It would cut ourselves. */
  | 'ourselves'
  /** The account is not among those that we may act in, or what is asked for is malformed. */
  | 'invalid'

/** A cut that will not succeed however often it is tried. The message says what is wrong and what to do, in words. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly because: Refusal

  constructor(because: Refusal, message: string, options?: ErrorOptions) {
    super(message, options)
    this.because = because
  }
}
