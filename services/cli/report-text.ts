import { severities, type Severity } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { chainOf, mintedBelow } from '#services/who/chain.ts'
import type { Context } from './command.ts'
import { incidentText } from './incident-text.ts'
import type { Run } from './run-files.ts'
import { penFor } from './styled.ts'
import { summaryText } from './summary-text.ts'

/** What `replay` prints for a person: incidents, the gravest last where the eye is, then the summary. */
export function* report(
  run: Run,
  context: Pick<Context, 'stdout' | 'environment'>,
  paths: readonly string[],
): Generator<string> {
  const pen = penFor(context)
  const { incidents, engine } = run.replayed
  const states = engine.states.correlate
  for (const incident of incidents.toSorted(byGravity))
    yield* incidentText(incident, chainOf(states, incident), mintedBelow(states, incident), pen)
  yield* summaryText(run, paths, pen)
}

const weight = (severity: Severity): number => severities.indexOf(severity)
const byGravity = (a: Incident, b: Incident): number =>
  weight(a.severity) - weight(b.severity) || a.first.at - b.first.at
