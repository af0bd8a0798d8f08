/** Where serve keeps what it knows: the path of a data file, or the address of a database. */
export const isAddress = (place: string): boolean => /^postgres(ql)?:\/\//i.test(place)

/** An address of something that is no database of ours. */
export const isForeign = (place: string): boolean =>
  !isAddress(place) && /^\s*[a-z][a-z\d+.-]*:\/\//i.test(place)

/** A place as it may be shown: an address without user, password and options. */
export function shownPlace(place: string): string {
  if (isForeign(place)) return 'an address'
  if (!isAddress(place)) return place
  if (!URL.canParse(place)) return 'postgres://'
  const { host, pathname, searchParams } = new URL(place)
  const named = searchParams.get('host') ?? ''
  // What lies behind an unescaped slash of a password looks like a path.
  const database = /^\/[^/@]*$/.test(pathname) ? pathname : ''
  return `postgres://${named === '' ? host : named}${database}`
}
