import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { AuditDraft, Head } from '#shared/messages/containment.ts'
import { checkChain, emptyHead, linkTo, type Link } from './chain.ts'

const draft = (why: string): AuditDraft => ({
  at: 1,
  who: 'kim',
  what: 'approve',
  order: 'o',
  incidents: [],
  from: 'planned',
  to: 'approved',
  why,
  detail: '',
})

function chain(length: number): Link[] {
  const links: Link[] = []
  let head: Head = emptyHead
  for (let i = 0; i < length; i++) {
    const link = linkTo(head, draft(`reason ${i} ü€`))
    links.push(link)
    head = { seq: link.seq, hash: link.hash }
  }
  return links
}

const headOf = (links: readonly Link[]): Head => {
  const { seq, hash } = links.at(-1) ?? emptyHead
  return { seq, hash }
}

describe('the audit chain', () => {
  it('holds, empty or long', () => {
    expect(checkChain([])).toEqual({ intact: true, head: emptyHead, at: 0 })
    const links = chain(5)
    expect(checkChain(links, [headOf(links)])).toMatchObject({ intact: true, head: { seq: 5 } })
  })

  it('finds any one changed byte, and where', () => {
    const links = chain(4)
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.integer({ min: 1, max: 127 }), (at, place, by) => {
        const changed = links.map((link, i) => {
          if (i !== at) return link
          const bytes = Buffer.from(link.body)
          const spot = place % bytes.length
          bytes[spot] = (bytes[spot] ?? 0) ^ by
          return { ...link, body: bytes.toString('utf8') }
        })
        expect(checkChain(changed)).toMatchObject({ intact: false, seq: at + 1 })
      }),
    )
  })

  it('finds what was taken out, moved or added', () => {
    const [a, b, c, d] = chain(4) as [Link, Link, Link, Link]
    expect(checkChain([a, c, d])).toMatchObject({ intact: false, seq: 3 })
    expect(checkChain([b, c, d])).toMatchObject({ intact: false })
    expect(checkChain([a, c, b, d])).toMatchObject({ intact: false })
    expect(checkChain([a, b, b, c])).toMatchObject({ intact: false })
  })

  it('finds a cut end, and a chain written anew, only by a head that was kept', () => {
    const links = chain(4)
    const kept = headOf(links)
    expect(checkChain(links.slice(0, 2))).toMatchObject({ intact: true })
    const cut = checkChain(links.slice(0, 2), [kept])
    expect(cut).toMatchObject({ intact: false, seq: 3 })
    const anew = [linkTo(emptyHead, draft('forged'))]
    expect(checkChain(anew)).toMatchObject({ intact: true })
    expect(checkChain(anew, [headOf(links.slice(0, 1))])).toMatchObject({ intact: false, seq: 1 })
  })
})
