/** Seconds' worth of the rate that a source may send at once. */
const burstSeconds = 10

/** What a source may still send; below zero it has sent ahead. */
export type Bucket = { left: number; at: number }

export const fullBucket = (rate: number, now: number): Bucket => ({
  left: rate * burstSeconds,
  at: now,
})

/**
 * Whether something may come in now: 0, or the seconds until it may. What comes in is charged afterwards, when it is known
 * how much it was, so one request may exceed what is left; the next one waits for it.
 */
export function waitFor(bucket: Bucket, rate: number, now: number): number {
  // A clock that is set back must not stop a source until it has caught up.
  const passed = Math.max(0, now - bucket.at) / 1000
  bucket.left = Math.min(rate * burstSeconds, bucket.left + passed * rate)
  bucket.at = now
  return bucket.left > 0 ? 0 : Math.max(1, Math.ceil(-bucket.left / rate))
}

export function charge(bucket: Bucket, cost: number): void {
  bucket.left -= cost
}
