import { count } from './setting.ts'

/** What one message of a topic or a queue may hold: it is read in one go, so somebody could fill the memory with one. */
export const message = {
  elements: count({
    fallback: 20_000,
    min: 100,
    max: 1_000_000,
    prose:
      'Records, activities or spans that one message of a topic or queue may hold; the rest is left, with one dead letter',
  }),
  unfoldedMegabytes: count({
    fallback: 16,
    min: 1,
    max: 256,
    unit: 'MiB',
    prose:
      'Size of one message of a topic or queue, with what its compressed parts unfold to; the rest is left, with one dead letter',
  }),
}
