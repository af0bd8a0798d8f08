import { printable } from '#shared/printable.ts'
import type { Severity } from '#shared/messages/finding.ts'
import type { Context } from './command.ts'

/** SGR codes (ECMA-48) by what they mean here. */
const codes = {
  critical: '1;97;41',
  high: '1;31',
  medium: '1;33',
  low: '36',
  info: '2',
  strong: '1',
  faint: '2',
} as const
export type Style = keyof typeof codes

/** Text as it comes, or with a style. Both may hold what an attacker chose. */
export type Piece = string | { readonly style: Style; readonly text: string }

export const styled = (style: Style, text: string): Piece => ({ style, text })

/** Writes pieces as one safe line; the only way by which text of records reaches a terminal. */
export type Pen = (...pieces: readonly Piece[]) => string

/** Colours only where a person looks, and not if NO_COLOR (no-color.org) is set and not empty. */
export function penFor({ stdout, environment }: Pick<Context, 'stdout' | 'environment'>): Pen {
  const coloured = stdout.isTerminal && !environment['NO_COLOR']
  return (...pieces) => pieces.map((piece) => write(piece, coloured)).join('')
}

function write(piece: Piece, coloured: boolean): string {
  if (typeof piece === 'string') return printable(piece)
  const text = printable(piece.text)
  return coloured ? `\u001B[${codes[piece.style]}m${text}\u001B[0m` : text
}

/** A shape for each severity, so that it is seen without colour too. */
export const shapes: Readonly<Record<Severity, string>> = {
  critical: '◆',
  high: '▲',
  medium: '■',
  low: '●',
  info: '·',
}
