import type { KeyReports, Lease } from '#shared/messages/hops.ts'
import { Rows } from './rows.ts'
import { TextList } from './text-list.ts'
import { isUuid, packOther, packUuid, unpackUuid } from './uuid.ts'
import { Values } from './values.ts'

/** A lease's row, 64 bytes: its three times in 64-bit steps, its id in words 6 to 9, and the numbers of its texts. */
const [timeAt, receivedAt, expiresAt] = [0, 1, 2]
const idAt = 6
const [taskAt, agentAt, issuerAt, sourceAt, fromAt] = [10, 11, 12, 13, 14]
const leaseWords = 16

const none: readonly never[] = []

/**
 * What reports say of very many keys, by number. Of most keys that is a single lease, which is a row of numbers; whatever
 * is more lies beside.
 */
export class ReportRows {
  private readonly rows = new Rows(leaseWords)
  /** Ids of reports that are no UUIDs. */
  private readonly ids = new TextList()
  private readonly texts = new Values()
  private readonly others = new Map<number, KeyReports>()

  /** @returns the number to read them by: `n`, whose reports they replace, or a new one if that is 0, which is none */
  put(reports: KeyReports, n: number): number {
    const row = n === 0 ? this.rows.add() : n - 1
    const { leases, claims, exposures } = reports
    const [lease] = leases
    if (lease && leases.length === 1 && claims.length === 0 && exposures.length === 0) {
      this.others.delete(row)
      this.write(row, lease)
    } else this.others.set(row, reports)
    return row + 1
  }

  /** What was put under a number; undefined for 0. */
  get(n: number): KeyReports | undefined {
    if (n === 0) return undefined
    const row = n - 1
    return this.others.get(row) ?? { leases: [this.lease(row)], claims: none, exposures: none }
  }

  private write(n: number, lease: Lease): void {
    const { rows, texts } = this
    rows.setTime(n, timeAt, lease.at)
    rows.setTime(n, receivedAt, lease.received)
    rows.setTime(n, expiresAt, lease.expires)
    const id = rows.words.subarray(n * leaseWords + idAt, n * leaseWords + idAt + 4)
    if (!packUuid(lease.id, id)) packOther(this.ids.add(lease.id), id)
    rows.setWord(n, taskAt, texts.number(lease.task))
    rows.setWord(n, agentAt, texts.number(lease.agent))
    rows.setWord(n, issuerAt, texts.number(lease.issuer))
    rows.setWord(n, sourceAt, texts.number(lease.source))
    rows.setWord(n, fromAt, texts.number(lease.delegatedFrom))
  }

  private lease(n: number): Lease {
    const { rows, texts } = this
    return {
      at: rows.time(n, timeAt),
      id: this.id(n),
      task: texts.text(rows.word(n, taskAt)),
      agent: texts.text(rows.word(n, agentAt)),
      issuer: texts.text(rows.word(n, issuerAt)),
      source: texts.text(rows.word(n, sourceAt)),
      received: rows.time(n, receivedAt),
      delegatedFrom: texts.text(rows.word(n, fromAt)),
      expires: rows.time(n, expiresAt),
    }
  }

  private id(n: number): string {
    const { words } = this.rows
    const at = n * leaseWords + idAt
    return isUuid(words, at) ? unpackUuid(words, at) : this.ids.text(words[at] ?? 0)
  }
}
