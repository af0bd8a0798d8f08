import type { Detection } from '#services/detect/detection.ts'
import { detections } from '#services/detect/detections/index.ts'

const without = (id: string): Detection[] => detections.filter((each) => each.id !== id)

/**
 * Two builds of the product (SEMANTICS F5). The newer one has a detection more, and with it a facet that nothing in the elder
 * one keeps; and it has a detection less.
 */
export const builds = {
  elder: without('secret-harvest'),
  newer: without('reused-by-task'),
} as const satisfies Readonly<Record<string, readonly Detection[]>>

export type BuildName = keyof typeof builds
