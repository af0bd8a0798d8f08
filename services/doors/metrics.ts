import type { Vitals } from '#shared/ports/vitals.ts'
import type { SourceState } from './board.ts'
import { healthOf } from './health.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** What one scrape shows. */
export type Readings = {
  readonly now: number
  readonly sources: readonly SourceState[]
  readonly vitals: Vitals
  /** Requests that were turned away at the door, by status. */
  readonly turnedAway: Readonly<Record<string, number>>
}

/** Content type of the text format (Prometheus documentation, "Exposition formats", version 0.0.4). */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** All readings as the Prometheus text format; what is not known is left out, never shown as 0. */
export function metricsText(readings: Readings): string {
  return [...ofSources(readings), ...ofLoop(readings.vitals), ...ofWork(readings)].join('')
}

function ofSources({ sources, now, turnedAway }: Readings): string[] {
  const each = (value: (state: SourceState) => number | undefined): Sample[] =>
    sources.flatMap((state): Sample[] => {
      const found = value(state)
      return found === undefined ? [] : [[{ source: state.name }, found]]
    })
  const isBlind = (state: SourceState): boolean =>
    ['silent', 'failing'].includes(healthOf(state, now).is)
  const blind = each((state) => Number(isBlind(state)))
  const refused = sources.flatMap(({ name, refused: reasons }) =>
    [...reasons].map(([reason, count]): Sample => [{ source: name, reason }, count]),
  )
  return [
    gauge('source_blind', '1 if a source must not be silent and is, or cannot be asked', blind),
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
    counter(
      'door_turned_away_total',
      'Requests turned away before their body was read',
      Object.entries(turnedAway).map(([status, count]): Sample => [{ status }, count]),
    ),
  ]
}

function ofLoop({ loop, notReady }: Vitals): string[] {
  return [
    gauge('ready', '1 if work can be done', [[{}, Number(notReady === undefined)]]),
    ...(loop
      ? [
          counter('log_position', 'Last batch that was logged and judged', [[{}, loop.position]]),
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
  const { frontiers, deadLetters, attribution, findings, incidents, deliveries, containment } =
    vitals
  const ages = [...(frontiers ?? [])].map(([scope, upTo]): Sample => {
    return [{ scope }, Math.max(0, now - upTo) / 1000]
  })
  const shares = Object.entries(attribution ?? {}).flatMap(([level, ranks]) =>
    sharesOf(level, ranks),
  )
  return [
    gauge('frontier_age_seconds', 'How far behind now an account is known to be complete', ages),
    counter('dead_letters_total', 'What could not be understood', counts('reason', deadLetters)),
    gauge('attribution_share', 'Share of the uses whose holder has this rank', shares),
    gauge('findings', 'Standing findings', counts('detection', findings)),
    gauge('incidents', 'Incidents by state', counts('state', incidents)),
    gauge(
      'deliveries_waiting',
      'Deliveries that wait',
      (deliveries ?? []).map(({ to, waiting }): Sample => [{ to }, waiting]),
    ),
    gauge(
      'deliveries_dead',
      'Deliveries given up',
      (deliveries ?? []).map(({ to, dead }): Sample => [{ to }, dead]),
    ),
    containment ? histogram(containment) : '',
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
  const lines = samples.map(([labels, value]) => `keytrail_${name}${shown(labels)} ${value}\n`)
  return `# HELP keytrail_${name} ${help}\n# TYPE keytrail_${name} ${type}\n${lines.join('')}`
}

function histogram({ atMost, sum, count }: NonNullable<Vitals['containment']>): string {
  const name = 'keytrail_containment_seconds'
  const buckets = [...atMost].toSorted(([a], [b]) => a - b)
  return [
    `# HELP ${name} From the incident to the verified cut\n# TYPE ${name} histogram\n`,
    ...buckets.map(([seconds, found]) => `${name}_bucket{le="${seconds}"} ${found}\n`),
    `${name}_bucket{le="+Inf"} ${count}\n${name}_sum ${sum}\n${name}_count ${count}\n`,
  ].join('')
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Names of sources and accounts come from people: no line of them may become a metric of its own. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
