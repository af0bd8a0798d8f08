import type { Detection } from '../detection.ts'
import { instanceCredentialsOffInstance } from './instance-credentials-off-instance.ts'
import { longLivedKey } from './long-lived-key.ts'
import { ownershipConflict } from './ownership-conflict.ts'
import { reusedByAgent } from './reused-by-agent.ts'
import { reusedByTask } from './reused-by-task.ts'
import { sessionInTwoPlaces } from './session-in-two-places.ts'
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
]
