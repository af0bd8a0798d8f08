/** What a stretch of work cost: all threads' CPU time, and the time on the wall; seconds. */
export type Cost = { readonly cpu: number; readonly wall: number }

/** Starts to measure; the result tells the cost since then. */
export function stopwatch(): () => Cost {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1000 }
  }
}

/** The middle of several measurements, each by its own part. */
export function medianCost(costs: readonly Cost[]): Cost {
  return { cpu: median(costs.map(({ cpu }) => cpu)), wall: median(costs.map(({ wall }) => wall)) }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** Bytes that live objects take, typed arrays included, after a full collection. Needs `--expose-gc`. */
export function liveBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  // `external` already counts array buffers.
  return heapUsed + external
}
