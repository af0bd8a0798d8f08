/** Moments of a delivery at which a crash could lose or double it. In production nobody listens. */
export const deliveryPoints = ['delivery answered'] as const

export type DeliveryPoint = (typeof deliveryPoints)[number]
