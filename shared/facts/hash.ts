/** 32-bit FNV-1a of a string's UTF-16 code units: stable over processes, so partitions and bounds may depend on it. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  return (h ^ (h >>> 13)) >>> 0
}

/** Two independent 32-bit words of a string into `out[0..1]`. */
export function hash64(text: string, out: Uint32Array): void {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995) ^ (a >>> 15)
  }
  out[0] = mix(a ^ text.length)
  out[1] = mix(b)
}

/** Four independent 32-bit words of a string into `out[0..3]`: wide enough that two records never meet by chance. */
export function hash128(text: string, out: Uint32Array): void {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  let c = 0xc2b2ae35
  let d = 0x27d4eb2f
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995)
    c = Math.imul(c ^ unit, 0x1b873593) ^ (a >>> 15)
    d = Math.imul(d ^ unit, 0xcc9e2d51) ^ (b >>> 13)
  }
  out[0] = mix(a ^ d)
  out[1] = mix(b ^ c)
  out[2] = mix(c)
  out[3] = mix(d ^ text.length)
}

function mix(h: number): number {
  const x = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  const y = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return y ^ (y >>> 16)
}

/** Room for rows that have none left: as little more as copying allows, because most of the state is such rows. */
export const roomFor = (rows: number): number => Math.ceil(rows * 1.15)

/** Slots of an open-addressed index over so many rows: a power of two, at most 0.72 full. */
export const slotsFor = (rows: number): number => 2 ** Math.ceil(Math.log2(rows * 1.4))
