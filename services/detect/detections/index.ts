import type { Detection } from '../detection.ts'

/** Every detection that runs, in the order that docs list them. */
export const detections: readonly Detection[] = []
