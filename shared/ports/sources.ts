/** Something that holds bytes and can be read from its beginning: a file, standard input, an object in a bucket. */
export type ByteSource = {
  /** Path or address, as a person would write it. */
  readonly name: string
  /** How many bytes it holds as stored (compressed, where it is); 0 where that is unknown. */
  readonly size: number
  /** When its content last changed as its store says, epoch ms; absent where the store does not know. */
  readonly changed?: number
  /**
   * The bytes from the beginning, or a stretch of them, in chunks that nobody writes to again. Standard input has no stretches.
   * Throws `Unreadable`.
   */
  open(stretch?: Stretch): AsyncIterable<Uint8Array>
}

/** The bytes from an offset on, up to another one, which is not among them. */
export type Stretch = { readonly from: number; readonly until: number }

/** A path that gave nothing, and why. */
export type Unread = { readonly path: string; readonly reason: string }

export type Found = { readonly sources: readonly ByteSource[]; readonly unread: readonly Unread[] }

/** What reading files needs from the outside world. */
export type Files = {
  /**
   * Every source below the paths, in a fixed order: paths as given, folders by name. Never throws: what
   * cannot be read stands in `unread`.
   */
  find(paths: readonly string[]): Promise<Found>
  /**
   * Undoes gzip, also of several members in a row. Throws `Damaged` where the stream is cut or damaged, after it has
   * given every byte that stands before the damage; passes on what the compressed stream throws.
   */
  readonly gunzip: (compressed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
}

/** The outside world does not give the bytes. The message says why, in words. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** The bytes are there, and are not what they should be. The message says why, in words. */
export class Damaged extends Error {
  override readonly name = 'Damaged'
}
