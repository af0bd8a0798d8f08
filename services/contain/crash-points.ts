/**
 * Moments of a cut at which a crash is most likely to lose or double it, in the order of its life: between what the cloud
 * answered and what is stored of it, and behind what is stored. In production nobody listens.
 */
export const cutPoints = [
  'cut sent',
  'cut answered',
  'cut stored',
  'cut read back',
  'cut judged',
  'undo answered',
] as const

export type CutPoint = (typeof cutPoints)[number]
