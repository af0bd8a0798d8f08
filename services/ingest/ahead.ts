/**
 * The same items; the next one is always asked for before the present one is handed out, so that reading and inflating go on
 * beside the parsing.
 */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]()
  let next = ask(source)
  try {
    for (;;) {
      const result = await next
      if (result.done) return
      next = ask(source)
      yield result.value
    }
  } finally {
    await next.catch(() => undefined)
    await source.return?.()
  }
}

/**
 * Begins the work on the next `count` items while an earlier one is being used; gives them in order. @param drop ends what
 * was begun and nobody wants any more
 */
export async function* startAhead<T, R>(
  items: readonly T[],
  count: number,
  start: (item: T) => Promise<R>,
  drop: (begun: R) => Promise<void>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = []
  let next = 0
  const fill = () => {
    for (; next < items.length && started.length < count; next++) {
      const item = items[next]
      if (item !== undefined) started.push(quiet(start(item)))
    }
  }
  try {
    for (fill(); started.length > 0; fill()) {
      const first = started.shift()
      if (first) yield await first
    }
  } finally {
    for (const begun of started) await drop(await begun)
  }
}

const ask = <T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> => quiet(source.next())

/** A failure counts when somebody awaits it, not before. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** Ends a stream that nobody reads on, so that its file is closed. What was never asked for anything would not hear of its end. */
export async function abandon(items: AsyncIterable<unknown>): Promise<void> {
  const source = items[Symbol.asyncIterator]()
  await source.next().catch(() => undefined)
  await source.return?.()
}
