import { expect, test } from 'vitest'
import { charge, fullBucket, waitFor } from './bucket.ts'

test('ten seconds of the rate may come at once, then it says how long to wait', () => {
  const bucket = fullBucket(100, 0)
  expect(waitFor(bucket, 100, 0)).toBe(0)
  charge(bucket, 1000)
  expect(waitFor(bucket, 100, 0)).toBe(1)
  expect(waitFor(bucket, 100, 10)).toBe(0)
})

test('one large request goes through, and those behind it pay', () => {
  const bucket = fullBucket(10, 0)
  charge(bucket, 600)
  expect(waitFor(bucket, 10, 0)).toBe(50)
  expect(waitFor(bucket, 10, 49_000)).toBe(1)
  expect(waitFor(bucket, 10, 50_100)).toBe(0)
})

test('silence earns no more than the burst, and a clock set back costs nothing', () => {
  const bucket = fullBucket(10, 1_000_000)
  expect(waitFor(bucket, 10, 9_000_000)).toBe(0)
  expect(bucket.left).toBe(100)
  charge(bucket, 150)
  expect(waitFor(bucket, 10, 1_000_000)).toBe(5)
  expect(waitFor(bucket, 10, 1_005_100)).toBe(0)
})
