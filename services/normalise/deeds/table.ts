import type { DeedTable } from './deed.ts'

/** Every reader, by `service:action`. */
export const deedReaders: DeedTable = {}
