#!/usr/bin/env node
// The command `keytrail`: sets up if needed, then runs services/cli/main.ts under the pinned Node.

import { join } from 'node:path'
import { endAs, ensureInstalled, guarded, root, runNode } from '../scripts/launch.mjs'

await guarded(async () => {
  ensureInstalled()
  const entry = join(root, 'services', 'cli', 'main.ts')
  endAs(await runNode([entry, ...process.argv.slice(2)]))
})
