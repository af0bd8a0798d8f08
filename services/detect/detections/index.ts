import type { Detection } from '../detection.ts'
import { adminPortOpened } from './admin-port-opened.ts'
import { auditTampering } from './audit-tampering.ts'
import { codeExecution } from './code-execution.ts'
import { credentialMinting } from './credential-minting.ts'
import { dataSharedOutside } from './data-shared-outside.ts'
import { discoveryBurst } from './discovery-burst.ts'
import { exposedKey } from './exposed-key.ts'
import { guardrailsLeft } from './guardrails-left.ts'
import { instanceCredentialsOffInstance } from './instance-credentials-off-instance.ts'
import { longLivedKey } from './long-lived-key.ts'
import { ownershipConflict } from './ownership-conflict.ts'
import { persistence } from './persistence.ts'
import { privilegeEscalation } from './privilege-escalation.ts'
import { reusedByAgent } from './reused-by-agent.ts'
import { reusedByTask } from './reused-by-task.ts'
import { roleProbing } from './role-probing.ts'
import { secretHarvest } from './secret-harvest.ts'
import { sessionInTwoPlaces } from './session-in-two-places.ts'
import { signInWithoutMfa } from './sign-in-without-mfa.ts'
import { unusualCompute } from './unusual-compute.ts'
import { usedAfterEnd } from './used-after-end.ts'
import { usedOutsideLifetime } from './used-outside-lifetime.ts'
import { usedWithoutIssue } from './used-without-issue.ts'

/** Every detection that runs, in the order that docs list them. */
export const detections: readonly Detection[] = [
  reusedByTask,
  reusedByAgent,
  usedAfterEnd,
  usedOutsideLifetime,
  usedWithoutIssue,
  instanceCredentialsOffInstance,
  sessionInTwoPlaces,
  ownershipConflict,
  longLivedKey,
  privilegeEscalation,
  persistence,
  credentialMinting,
  auditTampering,
  discoveryBurst,
  roleProbing,
  secretHarvest,
  dataSharedOutside,
  codeExecution,
  guardrailsLeft,
  adminPortOpened,
  unusualCompute,
  signInWithoutMfa,
  exposedKey,
]
