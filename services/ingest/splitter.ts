import { limits as defaults } from './limits.ts'
import type { Limits } from './limits.ts'
import { BadStretch } from './bad-stretch.ts'
import { headerKeyBytes, isHeaderKey, matchHeader, membersBehind } from './headers.ts'
import { parse } from './json.ts'
import { Lines } from './lines.ts'
import { reasons } from './piece.ts'
import type { Cutter, Piece } from './piece.ts'
import { advance, endsScalar, isDeeper, isSpace, newScan } from './scan.ts'
import type { Scan } from './scan.ts'
import { newHabits, Separators } from './separators.ts'
import type { Habits } from './separators.ts'
import { firstKeyOf, restart } from './resync.ts'
import { Window } from './window.ts'

/** `again`: look at what comes next. `wait`: more bytes are needed. Undefined: this way does not apply, try another. */
type Step = Piece | 'again' | 'wait' | undefined

/** A longer stretch is not worth guessing: most often it is several records. */
const longestGuess = 256 * 1024
/** Prose without a newline is taken in steps of this many bytes. */
const longestLine = 1024 * 1024

/**
 * Cuts JSON values out of a stream: JSON lines, values run together, lists, and the wrappers of `headers.ts`. Each record is
 * parsed by itself, which is a third faster than parsing an array whole.
 *
 * The fast way takes the bytes up to the next newline or separator and lets the parser judge: the beginning of a JSON object
 * is never itself a JSON document, so what parses is the whole record, whatever an attacker wrote into it. What does not
 * parse is walked through byte by byte, once.
 */
export class Splitter implements Cutter {
  readonly #window = new Window()
  readonly #lines = new Lines(this.#window)
  readonly #separators: Separators
  readonly #limits: Limits
  #ended = false
  /** Between documents, in a list, in the array of a wrapper, or behind that array. */
  #place: 'documents' | 'list' | 'array' | 'behind' = 'documents'
  #scan: Scan | undefined
  /** Offset of the record that is being skipped because it is too large; −1: none. */
  #oversize = -1
  /** Offset up to which lines are known not to be one value each. */
  #notLines = -1
  readonly #bad: BadStretch
  /** Behind a broken record: nobody knows yet where the next one begins, here or further on. */
  #lost: 'here' | 'further' | undefined
  /** The first key of the first record of this list. */
  #firstKey = ''

  constructor(limits: Limits = defaults, habits: Habits = newHabits()) {
    this.#limits = limits
    this.#bad = new BadStretch(this.#window, limits.keptBytes)
    this.#separators = new Separators(this.#window, habits)
  }

  push(chunk: Uint8Array): void {
    this.#window.push(chunk)
  }

  end(): void {
    this.#ended = true
  }

  next(): Piece | undefined {
    for (;;) {
      const step = this.#step()
      if (step === 'wait') return undefined
      if (step !== 'again' && step !== undefined) return step
    }
  }

  #step(): Step {
    if (this.#lost) return this.#resync()
    if (this.#scan) return this.#careful()
    if (this.#place === 'behind') return this.#careful()
    const byte = this.#significant()
    if (byte < 0) return this.#ended ? this.#finish() : 'wait'
    return this.#place === 'documents' ? this.#document(byte) : this.#element(byte)
  }

  /** The next byte that is neither space nor comma; −1: none in sight. */
  #significant(): number {
    const window = this.#window
    for (; window.at < window.end; window.at++) {
      const byte = window.bytes[window.at] ?? 0
      if (byte !== 0x2c && !isSpace(byte)) return byte
    }
    return -1
  }

  #finish(): Step {
    if (this.#bad.isOpen) return this.#bad.flush()
    if (this.#place === 'documents') return 'wait'
    this.#place = 'documents'
    return { as: 'bad', reason: reasons.open, offset: this.#window.offset(), text: '' }
  }

  #document(byte: number): Step {
    if (byte !== 0x7b && byte !== 0x5b) return this.#text()
    if (byte === 0x5b) return this.#enterList()
    if (this.#bad.isOpen) return this.#bad.flush()
    return this.#enterArray() ?? this.#line() ?? this.#guess() ?? this.#careful()
  }

  #element(byte: number): Step {
    if (byte === 0x7b) return this.#guess() ?? this.#careful()
    if (byte === 0x5b || byte === 0x22) return this.#careful()
    if (byte !== 0x5d) return this.#scalar()
    this.#window.at++
    this.#place = this.#place === 'array' ? 'behind' : 'documents'
    return 'again'
  }

  /** Steps into `{"Records":[`. */
  #enterArray(): Step {
    const window = this.#window
    const { bytes, at, end } = window
    const isInSight = at + headerKeyBytes <= end
    if (isInSight && bytes[at + 1] === 0x22 && !isHeaderKey(bytes, at + 2)) return undefined
    const header = matchHeader(bytes, at, end)
    if (header === 'unsure' && !this.#ended) return 'wait'
    if (typeof header !== 'number') return undefined
    window.at += header
    this.#firstKey = ''
    this.#place = 'array'
    return 'again'
  }

  /** Steps into a list, if it looks like one of records; else it may be prose such as `[INFO] …`. */
  #enterList(): Step {
    const { bytes, at, end } = this.#window
    let next = at + 1
    while (next < end && isSpace(bytes[next])) next++
    if (next === end && !this.#ended) return 'wait'
    const byte = next < end ? bytes[next] : -1
    if (byte !== 0x7b && byte !== 0x5b && byte !== 0x22 && byte !== 0x5d) return this.#text()
    if (this.#bad.isOpen) return this.#bad.flush()
    this.#window.at++
    this.#firstKey = ''
    this.#place = 'list'
    return 'again'
  }

  /** Takes the rest of the line as one value. */
  #line(): Step {
    const window = this.#window
    let end = this.#lines.newline()
    if (end < 0 && !this.#ended) return undefined
    if (end < 0) end = window.end
    if (window.base + end <= this.#notLines) return undefined
    this.#notLines = window.base + end
    // A value ends with its brace, as where it is walked through: what it measures must not depend on the chunks.
    const behind = this.#lines.behindBrace(end)
    if (behind < 0) return undefined
    const value = parse(window.text(window.at, behind))
    return value === undefined ? undefined : this.#value(value, behind)
  }

  /** Takes the bytes up to the next separator as one value. */
  #guess(): Step {
    const window = this.#window
    const brace = this.#separators.nearest()
    if (brace < 0 || brace - window.at > longestGuess) return undefined
    const value = parse(window.text(window.at, brace + 1))
    return value === undefined ? undefined : this.#value(value, brace + 1)
  }

  /** Walks to the end of the value byte by byte; the walk goes on where it stopped when more bytes have come. */
  #careful(): Step {
    const window = this.#window
    const scan = (this.#scan ??= newScan(this.#place === 'behind' ? 1 : 0))
    const state = advance(scan, window.bytes, window.at, window.end)
    if (state === 'more' && !this.#ended) return this.#grow(scan)
    this.#scan = undefined
    const end = window.at + scan.length
    if (state !== 'done') return this.#lose(state === 'more' ? reasons.cut : reasons.json, end)
    if (this.#oversize >= 0 || scan.length > this.#limit()) return this.#skipped(end)
    return this.#place === 'behind' ? this.#behind(end) : this.#scanned(end)
  }

  /** What is too large is walked through without being kept. */
  #grow(scan: Scan): Step {
    if (this.#oversize < 0 && scan.length <= this.#limit()) return 'wait'
    if (this.#oversize < 0) this.#oversize = this.#window.offset()
    this.#window.at += scan.length
    scan.length = 0
    return 'wait'
  }

  #skipped(end: number): Piece {
    const offset = this.#oversize < 0 ? this.#window.offset() : this.#oversize
    this.#oversize = -1
    this.#window.at = end
    return { as: 'bad', reason: reasons.large(this.#limit()), offset, text: '' }
  }

  #scanned(end: number): Step {
    const window = this.#window
    const value = parse(window.text(window.at, end))
    if (value === undefined) return this.#reject(reasons.json, end)
    const piece = this.#value(value, end)
    this.#separators.learnFrom(end)
    return piece
  }

  #value(value: unknown, end: number): Piece {
    const window = this.#window
    const size = end - window.at
    if (size > this.#limit()) return this.#skipped(end)
    if (isDeeper(this.#limits.depth, window.bytes, window.at, end)) {
      return this.#reject(reasons.deep, end)
    }
    const offset = window.offset()
    window.at = end
    if (this.#firstKey === '') this.#firstKey = firstKeyOf(value)
    return { as: 'value', value, offset, size }
  }

  /** What stands between the end of a wrapper's array and its closing brace. */
  #behind(end: number): Step {
    const window = this.#window
    const text = window.text(window.at, end)
    this.#place = 'documents'
    const members = membersBehind(text)
    if (members === 'broken') return this.#reject(reasons.json, end)
    if (members === undefined) {
      window.at = end
      return 'again'
    }
    return this.#value(members, end)
  }

  /** A number or word in a list. */
  #scalar(): Step {
    const window = this.#window
    let end = window.at + 1
    while (end < window.end && !endsScalar(window.bytes[end])) end++
    if (end === window.end && !this.#ended && end - window.at < longestLine) return 'wait'
    const value = parse(window.text(window.at, end))
    return value === undefined ? this.#reject(reasons.json, end) : this.#value(value, end)
  }

  /** A line that does not begin like a record: a JSON scalar, or prose. Prose that runs on makes one dead letter. */
  #text(): Step {
    const window = this.#window
    let end = this.#lines.newline()
    if (end < 0 && !this.#ended && window.end - window.at < longestLine) return 'wait'
    if (end < 0) end = window.end
    const value = this.#bad.isOpen ? undefined : parse(window.text(window.at, end))
    if (value !== undefined) return this.#value(value, end)
    this.#bad.begin(reasons.text)
    this.#bad.take(end + 1)
    return 'again'
  }

  /** The stretch up to `end` is no value; goes on behind it. */
  #reject(reason: string, end: number): Piece {
    const window = this.#window
    const offset = window.offset()
    const text = window.text(window.at, Math.min(end, window.at + this.#limits.keptBytes))
    window.at = end
    return { as: 'bad', reason, offset, text }
  }

  /** A record is broken at `end`, and nobody knows yet where the next one begins. */
  #lose(reason: string, end: number): Step {
    if (this.#oversize >= 0) {
      this.#bad.begin(reason, this.#oversize)
      this.#window.at = end
    } else {
      this.#bad.begin(reason)
      this.#bad.take(end)
    }
    this.#oversize = -1
    this.#lost = 'here'
    if (this.#place === 'behind' || reason === reasons.cut) this.#place = 'documents'
    return 'again'
  }

  /** Looks for the next record behind a broken one. */
  #resync(): Step {
    const window = this.#window
    const broken = { isHere: this.#lost === 'here', inList: this.#place !== 'documents' }
    const found = { ...broken, firstKey: this.#firstKey, isEnded: this.#ended }
    const next = restart(window, this.#lines, found, this.#limits.resyncBytes)
    if (next === 'wait') return 'wait'
    this.#lost = 'further'
    this.#bad.take(next.at < 0 ? next.skip : next.at)
    if (next.at < 0 && (window.at < window.end || !this.#ended)) return 'again'
    this.#lost = undefined
    return this.#bad.flush()
  }

  #limit(): number {
    return this.#place === 'documents' ? this.#limits.documentBytes : this.#limits.recordBytes
  }
}
