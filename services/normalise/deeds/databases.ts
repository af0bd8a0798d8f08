import type { Call } from '../call.ts'
import { firstText } from '../fields.ts'
import { thing } from './audit.ts'
import { deed, type DeedReader, type DeedTable } from './deed.ts'

/** Whoever sets the password of the administrator of a database gets in, and locks the owner out. Its text is masked. */
const masterPassword =
  (target: (call: Call) => string): DeedReader =>
  (call) =>
    firstText(call.params, 'masterUserPassword') === ''
      ? []
      : [
          deed(
            call,
            'password-set',
            target(call),
            `set the administrator's password of database ${target(call).split('/')[1] ?? '-'}`,
            { grantee: 'other', power: 'unknown' },
          ),
        ]

/** Credentials inside databases that an API call sets (RDS and Redshift API References). */
export const databases: DeedTable = {
  'rds:ModifyDBInstance': masterPassword(thing('db', 'dBInstanceIdentifier')),
  'rds:ModifyDBCluster': masterPassword(thing('db', 'dBClusterIdentifier')),
  'redshift:ModifyCluster': masterPassword(thing('cluster', 'clusterIdentifier')),
}
