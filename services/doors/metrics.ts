import type { DeliveryVitals, Spread, Vitals } from '#shared/ports/vitals.ts'
import type { SourceState } from './board.ts'
import { backlogOf } from './behind.ts'
import { healthOf, isBlind } from './health.ts'
import { hotKeysIn } from './hot-keys.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** What one scrape shows. */
export type Readings = {
  readonly now: number
  readonly sources: readonly SourceState[]
  readonly vitals: Vitals
  /** Requests that were turned away at the door, by status. */
  readonly turnedAway: Readonly<Record<string, number>>
  /** Version of this build. */
  readonly version: string
}

/** Content type of the text format (Prometheus documentation, "Exposition formats", version 0.0.4). */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** All readings as the Prometheus text format; what is not known is left out, never shown as 0. */
export function metricsText(readings: Readings): string {
  return [
    gauge('build_info', 'Always 1; its label names the build', [
      [{ version: readings.version }, 1],
    ]),
    ...ofSources(readings),
    ...ofLoop(readings.vitals),
    ...ofWork(readings),
    ...ofDeliveries(readings),
    ...ofContainment(readings.vitals),
  ].join('')
}

function ofSources({ sources, now, turnedAway }: Readings): string[] {
  const each = (value: (state: SourceState) => number | undefined): Sample[] =>
    sources.flatMap((state): Sample[] => {
      const found = value(state)
      return found === undefined ? [] : [[{ source: state.name }, found]]
    })
  const blind = each((state) => Number(isBlind(healthOf(state, now))))
  const refused = sources.flatMap(({ name, refused: reasons }) =>
    [...reasons].map(([reason, count]): Sample => [{ source: name, reason }, count]),
  )
  return [
    gauge(
      'source_blind',
      '1 if a source must not be silent and is, cannot be asked, or is stuck',
      blind,
    ),
    gauge('sources_blind', 'Sources that are blind', [
      [{}, blind.reduce((sum, [, value]) => sum + value, 0)],
    ]),
    gauge(
      'source_heard_timestamp_seconds',
      'When a source was last heard',
      each(({ heard }) => (heard > 0 ? heard / 1000 : undefined)),
    ),
    gauge(
      'source_lag_seconds',
      'Least time from an event to its receipt, of some minutes; below 0 the clock of the source is ahead',
      each(({ lag }) => (lag === undefined ? undefined : lag / 1000)),
    ),
    gauge(
      'source_brought_timestamp_seconds',
      'When something was last taken of a source',
      each(({ brought }) => (brought > 0 ? brought / 1000 : undefined)),
    ),
    ...ofBrokers(sources, now, each),
    counter(
      'source_items_taken_total',
      'Items taken since the start',
      each(({ taken }) => taken),
    ),
    counter('source_items_refused_total', 'Items refused since the start', refused),
    counter(
      'source_reports_late_total',
      'Reports that came too late to corroborate anything',
      each(({ late }) => late),
    ),
    gauge(
      'source_lacking',
      'What is missing before more of a source can be called complete',
      each(({ lacking }) => lacking.length),
    ),
    counter(
      'door_turned_away_total',
      'Requests turned away before their body was read',
      Object.entries(turnedAway).map(([status, count]): Sample => [{ status }, count]),
    ),
  ]
}

type Each = (value: (state: SourceState) => number | undefined) => Sample[]

function ofBrokers(sources: readonly SourceState[], now: number, each: Each): string[] {
  const partitions = sources.flatMap(({ name, behind }) =>
    // A queue has no partitions.
    backlogOf(behind, now) === undefined || behind?.inHand !== undefined
      ? []
      : [...(behind?.partitions ?? [])].map(([partition, { messages }]): Sample => [
          { source: name, partition: `${partition}` },
          messages,
        ]),
  )
  return [
    gauge(
      'source_behind_messages',
      'Messages that the broker of a source has and that are not taken yet',
      each(({ behind }) => backlogOf(behind, now)?.messages),
    ),
    gauge('source_partition_behind_messages', 'The same by partition of a topic', partitions),
    gauge(
      'source_in_hand_messages',
      'Messages of a queue that somebody has in hand; they come again unless they are removed',
      each(({ behind }) => backlogOf(behind, now)?.inHand),
    ),
    gauge(
      'source_message_sent_timestamp_seconds',
      'When the latest message that was taken was sent to the broker of a source, where the broker says it',
      each(({ sent }) => (sent > 0 ? sent / 1000 : undefined)),
    ),
  ]
}

function ofLoop({ loop, notReady }: Vitals): string[] {
  return [
    gauge('ready', '1 if work can be done', [[{}, Number(notReady === undefined)]]),
    ...(loop
      ? [
          counter('log_batches_total', 'Batches that were logged and judged', [
            [{}, loop.position],
          ]),
          gauge('log_lag_batches', 'Batches judged whose effects are not committed', [
            [{}, Math.max(0, loop.position - loop.emittedThrough)],
          ]),
          gauge('log_waiting_records', 'Records that wait for the log', [[{}, loop.waiting]]),
          counter('log_refused_total', 'Offers told to come back', [[{}, loop.refused]]),
        ]
      : []),
  ]
}

function ofWork({ vitals, now }: Readings): string[] {
  const { frontiers, deadLetters, attribution, findings, incidents } = vitals
  const scopes = [...(frontiers ?? [])]
  const ages = scopes.map(([scope, { upTo }]): Sample => [
    { scope },
    Math.max(0, now - upTo) / 1000,
  ])
  const allowed = scopes.map(([scope, { within }]): Sample => [{ scope }, within / 1000])
  const levels = Object.entries(attribution ?? {})
  const shares = levels.flatMap(([level, ranks]) => sharesOf(level, ranks))
  const uses = levels.flatMap(([level, ranks]) =>
    Object.entries(ranks).map(([rank, count]): Sample => [{ level, rank }, count]),
  )
  return [
    gauge('frontier_age_seconds', 'How far behind now an account is known to be complete', ages),
    gauge('frontier_allowed_seconds', 'How far behind its sources may be by their nature', allowed),
    gauge(
      'partition_hot_key_share',
      'A key that more than half of the latest messages of a partition bear: its share, 0 to 1',
      hotKeysIn(vitals).map(({ hop, partition, key, share }): Sample => [
        { hop, partition: `${partition}`, key },
        share,
      ]),
    ),
    counter('dead_letters_total', 'What could not be understood', counts('reason', deadLetters)),
    gauge('attribution_uses', 'Uses that are known, by the rank of their holder', uses),
    gauge('attribution_share', 'Share of the uses whose holder has this rank, 0 to 1', shares),
    gauge('findings', 'Standing findings', counts('detection', findings)),
    gauge('incidents', 'Incidents by state', counts('state', incidents)),
  ]
}

function ofDeliveries({ vitals: { deliveries = [] }, now }: Readings): string[] {
  const each = (value: (of: DeliveryVitals) => number | undefined): Sample[] =>
    deliveries.flatMap((of): Sample[] => {
      const found = value(of)
      return found === undefined ? [] : [[{ to: of.to }, found]]
    })
  const attempts = deliveries.flatMap(({ to, sending }) =>
    Object.entries(sending?.attempts ?? {}).map(([end, count]): Sample => [{ to, end }, count]),
  )
  return [
    gauge(
      'deliveries_waiting',
      'Deliveries that wait',
      each(({ waiting }) => waiting),
    ),
    gauge(
      'deliveries_oldest_age_seconds',
      'How long the oldest delivery has waited, 0 if none waits',
      each(({ oldest }) => (oldest === undefined ? 0 : Math.max(0, now - oldest) / 1000)),
    ),
    gauge(
      'deliveries_delivered',
      'Deliveries that arrived and are still kept',
      each(({ delivered }) => delivered),
    ),
    gauge(
      'deliveries_dead',
      'Deliveries given up and still kept',
      each(({ dead }) => dead),
    ),
    counter('delivery_attempts_total', 'Attempts by how they ended, since the start', attempts),
    gauge(
      'delivery_resting',
      '1 if a destination failed so often that it is left alone for a while',
      each(({ sending }) => sending && Number(sending.resting)),
    ),
  ]
}

function ofContainment({ containment }: Vitals): string[] {
  if (!containment) return []
  return [
    gauge('containment_orders', 'Orders by where they stand', counts('state', containment.orders)),
    histogram(
      'containment_step_seconds',
      'From the step before to this one (raised, ordered, applied, verified), since the start',
      'step',
      containment.steps,
    ),
  ]
}

function sharesOf(level: string, ranks: Readonly<Record<string, number>>): Sample[] {
  const total = Object.values(ranks).reduce((sum, uses) => sum + uses, 0)
  return total === 0
    ? []
    : Object.entries(ranks).map(([rank, uses]): Sample => [{ level, rank }, uses / total])
}

const counts = (
  label: string,
  list: readonly { readonly reason: string; readonly count: number }[] = [],
): Sample[] => list.map(({ reason, count }): Sample => [{ [label]: reason }, count])

const gauge = (name: string, help: string, samples: readonly Sample[]): string =>
  family('gauge', name, help, samples)
const counter = (name: string, help: string, samples: readonly Sample[]): string =>
  family('counter', name, help, samples)

function family(type: string, name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => line(name, labels, value))
  return `${headOf(type, name, help)}${lines.join('')}`
}

function histogram(
  name: string,
  help: string,
  label: string,
  spreads: Readonly<Record<string, Spread>>,
): string {
  const buckets = Object.entries(spreads).flatMap(([value, { atMost, sum, count }]) => {
    const of = { [label]: value }
    const shares = [...atMost].toSorted(([m], [n]) => m - n)
    return [
      ...shares.map(([bound, found]) => line(`${name}_bucket`, { ...of, le: `${bound}` }, found)),
      line(`${name}_bucket`, { ...of, le: '+Inf' }, count),
      line(`${name}_sum`, of, sum),
      line(`${name}_count`, of, count),
    ]
  })
  return buckets.length === 0 ? '' : `${headOf('histogram', name, help)}${buckets.join('')}`
}

const headOf = (type: string, name: string, help: string): string =>
  `# HELP keytrail_${name} ${help}\n# TYPE keytrail_${name} ${type}\n`

const line = (name: string, labels: Labels, value: number): string =>
  `keytrail_${name}${shown(labels)} ${value}\n`

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Names of sources and accounts come from people: no line of them may become a metric of its own. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
