/** How many things have each name. */
export const tallied = <T, K extends string>(
  things: readonly T[],
  nameOf: (thing: T) => K,
): ReadonlyMap<K, number> =>
  new Map([...Map.groupBy(things, nameOf)].map(([name, all]) => [name, all.length]))
