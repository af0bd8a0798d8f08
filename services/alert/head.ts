import type { Severity } from '#shared/messages/finding.ts'
import type { Voice } from './voice.ts'

export type OcsfEvent = Readonly<Record<string, unknown>> & {
  readonly class_uid: number
  readonly metadata: { readonly uid: string }
}

/** `severity_id` of OCSF. */
const severityIds: Readonly<Record<Severity, number>> = {
  info: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
}

export type Heading = {
  readonly class_uid: number
  readonly category_uid: number
  readonly activity_id: number
  readonly severity: Severity
  /** Epoch ms. */
  readonly time: number
  /** Tells repeats. */
  readonly uid: string
  /** Handle of the incident to which it belongs. */
  readonly handle: string
  readonly sequence?: number
}

/** What every class requires, and what tells repeats and belongings. */
export function headOf(
  { class_uid, category_uid, activity_id, severity, time, uid, handle, sequence }: Heading,
  { version }: Voice,
) {
  return {
    class_uid,
    category_uid,
    activity_id,
    type_uid: class_uid * 100 + activity_id,
    severity_id: severityIds[severity],
    severity: severity === 'info' ? 'Informational' : capital(severity),
    time,
    metadata: {
      version: '1.8.0',
      uid,
      correlation_uid: handle,
      ...(sequence !== undefined && { sequence }),
      profiles: ['cloud'],
      product: { name: 'Keytrail', vendor_name: 'Keytrail', version },
    },
  }
}

/** Where something was: a region only if it is of one. */
export function cloudOf(account: string, region = '') {
  const isKnown = /^\d{12}$/.test(account)
  return {
    cloud: {
      provider: 'AWS',
      ...(isKnown && { account: { uid: account } }),
      ...(region !== '' && { region }),
    },
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
