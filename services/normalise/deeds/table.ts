import { audit } from './audit.ts'
import { code } from './code.ts'
import { commands } from './commands.ts'
import { compute } from './compute.ts'
import { databases } from './databases.ts'
import type { DeedTable } from './deed.ts'
import { iamPolicies } from './iam-policies.ts'
import { iamUsers } from './iam-users.ts'
import { monitoring } from './monitoring.ts'
import { network } from './network.ts'
import { organizations } from './organizations.ts'
import { resourcePolicies } from './resource-policies.ts'
import { sharing } from './sharing.ts'
import { signIn } from './sign-in.ts'
import { trust } from './trust.ts'

/** Every reader, by `service:action`. */
export const deedReaders: DeedTable = {
  ...iamUsers,
  ...iamPolicies,
  ...trust,
  ...audit,
  ...monitoring,
  ...organizations,
  ...resourcePolicies,
  ...sharing,
  ...code,
  ...commands,
  ...network,
  ...compute,
  ...databases,
  ...signIn,
}
