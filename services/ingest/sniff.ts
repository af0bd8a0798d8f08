/** What the first bytes of a stream say it is. `other` has a name and is refused by it. */
export type Kind =
  | { readonly as: 'empty' }
  | { readonly as: 'gzip' }
  | {
      readonly as: 'text'
      readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
      readonly skip: number
    }
  | { readonly as: 'other'; readonly name: string }

/** Bytes that `sniff` wants to see, where the stream has that many. */
export const sniffBytes = 512

type Signature = { readonly bytes: readonly number[]; readonly kind: Kind }

const other = (name: string): Kind => ({ as: 'other', name })
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0))

/** Magic numbers from the formats' own specifications; the first that fits decides. */
const signatures: readonly Signature[] = [
  { bytes: [0x1f, 0x8b], kind: { as: 'gzip' } },
  { bytes: [0xef, 0xbb, 0xbf], kind: { as: 'text', encoding: 'utf-8', skip: 3 } },
  { bytes: [0xff, 0xfe, 0, 0], kind: other('UTF-32 text') },
  { bytes: [0, 0, 0xfe, 0xff], kind: other('UTF-32 text') },
  { bytes: [0xff, 0xfe], kind: { as: 'text', encoding: 'utf-16le', skip: 2 } },
  { bytes: [0xfe, 0xff], kind: { as: 'text', encoding: 'utf-16be', skip: 2 } },
  { bytes: [0x7b, 0], kind: { as: 'text', encoding: 'utf-16le', skip: 0 } },
  { bytes: [0x5b, 0], kind: { as: 'text', encoding: 'utf-16le', skip: 0 } },
  { bytes: [0, 0x7b], kind: { as: 'text', encoding: 'utf-16be', skip: 0 } },
  { bytes: [0, 0x5b], kind: { as: 'text', encoding: 'utf-16be', skip: 0 } },
  { bytes: ascii('PK\u0003\u0004'), kind: other('a zip archive') },
  { bytes: ascii('PK\u0005\u0006'), kind: other('an empty zip archive') },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: other('zstd') },
  { bytes: [0xfd, ...ascii('7zXZ')], kind: other('xz') },
  { bytes: ascii('BZh'), kind: other('bzip2') },
  { bytes: [0x04, 0x22, 0x4d, 0x18], kind: other('lz4') },
  { bytes: [0xff, 0x06, 0, 0, ...ascii('sNaPpY')], kind: other('snappy') },
  { bytes: [...ascii('7z'), 0xbc, 0xaf], kind: other('a 7z archive') },
  { bytes: ascii('PAR1'), kind: other('Parquet') },
  { bytes: ascii('ORC'), kind: other('ORC') },
  { bytes: ascii('Obj\u0001'), kind: other('Avro') },
  { bytes: ascii('SQLite format 3'), kind: other('a SQLite database') },
  { bytes: ascii('%PDF-'), kind: other('PDF') },
  { bytes: [0x89, ...ascii('PNG')], kind: other('PNG') },
  { bytes: [0x7f, ...ascii('ELF')], kind: other('a program') },
]

/** Tells from the first bytes what a stream is. Names of files are not asked: they are often wrong. */
export function sniff(first: Uint8Array): Kind {
  if (first.length === 0) return { as: 'empty' }
  const found = signatures.find(({ bytes }) => bytes.every((byte, i) => first[i] === byte))
  if (found) return found.kind
  if (isTar(first)) return other('a tar archive')
  if (first.subarray(0, sniffBytes).includes(0)) return other('binary data')
  return { as: 'text', encoding: 'utf-8', skip: 0 }
}

const tarMark = ascii('ustar')
const isTar = (first: Uint8Array): boolean => tarMark.every((byte, i) => first[257 + i] === byte)
