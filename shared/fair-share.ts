/** A place as somebody who asks for a share sees it. */
type Offered = {
  readonly place: string
  readonly ours: boolean
  /** Nobody that is heard of has it. */
  readonly free: boolean
}

/** What somebody gives back and takes, so that `holders` who all do the same come to have about as much each. */
export function fairShare(
  places: readonly Offered[],
  holders: number,
): { readonly give: readonly string[]; readonly take: readonly string[] } {
  const fair = Math.ceil(places.length / Math.max(1, holders))
  const named = (those: readonly Offered[]): string[] => those.map(({ place }) => place)
  const ours = named(places.filter((place) => place.ours))
  const free = named(places.filter((place) => place.free && !place.ours))
  return { give: ours.slice(fair), take: free.slice(0, Math.max(0, fair - ours.length)) }
}
