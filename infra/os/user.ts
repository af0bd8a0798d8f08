import { userInfo } from 'node:os'

/** What is asked of the operating system. */
const system = { name: () => userInfo().username, uid: () => process.getuid?.() }

/**
 * As whom this process runs, for the audit: the user's name, or `uid 1000` where it has none, as in a container
 * that runs as a number (os.userInfo throws there, Node.js documentation).
 */
export function userName({ name, uid } = system): string {
  try {
    return name()
  } catch {
    const id = uid()
    return id === undefined ? 'unknown' : `uid ${id}`
  }
}
