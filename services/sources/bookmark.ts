/** How far a file was read: what a restart goes on from. */
export type Read = {
  /** The size and change time for which this is true; another size or time is another content. */
  readonly stamp: string
  /** Bytes from the beginning that are read, all of them whole records. */
  readonly through: number
  /** Fingerprint of the first bytes: a file that begins otherwise is another one under an old name. */
  readonly head: string
  /** Since when the file is not there any more, epoch ms; absent while it is. */
  readonly gone?: number | undefined
}

/** Text of a bookmark; one line without what the file says. */
export const bookmarkOf = ({ stamp, through, head, gone }: Read): string =>
  `1 ${stamp} ${through} ${head}${gone === undefined ? '' : ` ${gone}`}`

/** What a bookmark says; undefined if it is none of this version, so that the file is read again, which changes nothing. */
export function readFrom(bookmark: string | undefined): Read | undefined {
  const match = /^1 (\d+:\d+) (\d+) ([0-9a-f]*)(?: (\d+))?$/.exec(bookmark ?? '')
  if (!match) return undefined
  const [, stamp = '', through = '', head = '', gone] = match
  return {
    stamp,
    through: Number(through),
    head,
    ...(gone !== undefined && { gone: Number(gone) }),
  }
}
