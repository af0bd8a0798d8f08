/** What uses of a credential showed of it, few and sorted: SourceIdentity, and runtimes that were given its key. */
export type Texts = { readonly sources: readonly string[]; readonly scopes: readonly string[] }

/** Texts that a credential keeps of one kind. */
const textsMax = 4

const none: Texts = { sources: [], scopes: [] }

/** Such texts by number, each once: many credentials show the same ones. Number 0 is none. */
export class TextSets {
  private readonly all: Texts[] = [none]
  private readonly numbers = new Map<string, number>([[nameOf(none), 0]])

  of(n: number): Texts {
    return this.all[n] ?? none
  }

  /** The number of a set with one text more, the smallest kept; the same one if nothing changes. */
  with(n: number, kind: keyof Texts, text: string): number {
    const before = this.of(n)
    const list = before[kind]
    if (list.includes(text)) return n
    const longer = [...list, text].toSorted().slice(0, textsMax)
    return longer.includes(text) ? this.number({ ...before, [kind]: longer }) : n
  }

  private number(texts: Texts): number {
    const name = nameOf(texts)
    let n = this.numbers.get(name)
    if (n === undefined) {
      n = this.all.length
      this.all.push(texts)
      this.numbers.set(name, n)
    }
    return n
  }
}

function nameOf({ sources, scopes }: Texts): string {
  return JSON.stringify([sources, scopes])
}
