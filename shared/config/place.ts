/** Where serve keeps what it knows: the path of a data file, or the address of a database. */
export const isAddress = (place: string): boolean => /^postgres(ql)?:\/\//.test(place)

/** A place as it may be shown: an address without user, password and options. */
export function shownPlace(place: string): string {
  if (!isAddress(place)) return place
  try {
    const { host, hostname, pathname, searchParams } = new URL(place)
    return `postgres://${hostname === '' ? (searchParams.get('host') ?? '') : host}${pathname}`
  } catch {
    return 'postgres://'
  }
}
