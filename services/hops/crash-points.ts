/** Places in the code at which tests end a process, to see that nothing depends on going on. */
export const hopPoints = [
  'before letters',
  'after letters',
  'after commit',
  'before snapshot',
  'after snapshot',
] as const

export type AtHopPoint = (point: (typeof hopPoints)[number]) => void
