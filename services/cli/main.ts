import { commands } from './commands.ts'
import { dispatch } from './dispatch.ts'
import { surroundings } from './process.ts'

/** The command line. All that is decided is in dispatch.ts. */

const here = surroundings()
// Set, not called: a call would cut off output that a pipe has not taken yet.
process.exitCode = await dispatch(process.argv.slice(2), commands, here)
here.ended()
