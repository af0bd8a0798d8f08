/** Chance that a seed decides (sfc32), and values made of it. The order of the draws is part of the format. */
import { options } from './options.mjs'

export let [s0, s1, s2, sn] = [
  0x9e3779b9,
  0x243f6a88,
  0xb7e15162,
  (+options.seed ^ 0xdeadbeef) >>> 0,
]
export function u32() {
  // sfc32
  const t = (((s0 + s1) | 0) + sn) | 0
  sn = (sn + 1) | 0
  s0 = s1 ^ (s1 >>> 9)
  s1 = (s2 + (s2 << 3)) | 0
  s2 = (s2 << 21) | (s2 >>> 11)
  s2 = (s2 + t) | 0
  return t >>> 0
}
for (let i = 0; i < 20; i++) u32()
export const chance = () => u32() / 4294967296
export const int = (n) => Math.floor(chance() * n)
export const between = (a, b) => a + chance() * (b - a)
export const pick = (a) => a[int(a.length)]
export const HEX = Array.from({ length: 65536 }, (_, i) => i.toString(16).padStart(4, '0'))
export const h8 = () => {
  const x = u32()
  return HEX[x >>> 16] + HEX[x & 65535]
}
export const uuid = () => {
  const a = u32(),
    b = u32()
  return `${h8()}-${HEX[a >>> 16]}-4${HEX[a & 65535].slice(1)}-a${HEX[b >>> 16].slice(1)}-${HEX[b & 65535]}${h8()}`
}
export const hexUpper = (n) => {
  let s = ''
  while (s.length < n) s += h8()
  return s.slice(0, n).toUpperCase()
}
export const zipf = (n) => Math.min(n - 1, Math.floor((1 + chance() * (n ** 0.1 - 1)) ** 10) - 1) // s = 0.9
export const filler = (() => {
  // 1 MiB of words, so that tail records do not compress to nothing
  let s = ''
  while (s.length < 1 << 20)
    s += `${h8()}${HEX[int(65536)]} s3:Get${HEX[int(65536)]} arn:aws:s3:::b-${h8()}/* `
  return s
})()
export const b64 = (() => {
  const A = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let s = ''
  for (let i = 0; i < 1 << 18; i++) s += A[int(64)]
  return s
})()
export const blob = (n) => {
  const i = int(b64.length - n)
  return b64.slice(i, i + n)
}
