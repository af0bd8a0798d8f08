/**
 * One pure hop. Inputs that share a key share state and arrive in order. `apply` folds an input into the state of one
 * partition and may change it in place; `flush` says, once for each logged batch, what the changed keys have to tell.
 * No clock, no chance, no I/O: same inputs, same state and messages.
 */
export type Step<State, In, Out> = {
  readonly name: string
  /** The state of one empty partition. */
  readonly initial: () => State
  readonly apply: (state: State, input: In) => void
  readonly flush: (state: State) => readonly Out[]
}
