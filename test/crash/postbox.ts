import type { Reports } from '#test/simulator/company.ts'
import { realTime } from '#test/simulator/time.ts'

/** What was reported through the doors, and acknowledged. */
export type Post = {
  readonly source: string
  readonly path: '/v1/activities' | '/v1/traces'
  readonly body: unknown
}

/** Reports of the company's programs. As every exporter does, it sends again what was not acknowledged. */
export type Postbox = {
  readonly reports: Reports
  /** In the order of their acknowledgements. */
  readonly acknowledged: readonly Post[]
  /** On their way, or waiting for somebody to send them to. */
  readonly open: () => number
  /** The doors are here now. */
  moved: (url: string) => void
  /** Gives up what is open. */
  readonly close: () => void
}

/** Between two attempts. */
const pauseMs = 50

export function postbox(tokens: ReadonlyMap<string, string>): Postbox {
  const acknowledged: Post[] = []
  let url = ''
  let open = 0
  let isClosed = false
  const post = async (to: Post): Promise<void> => {
    const { source, path, body } = to
    open++
    while (!isClosed) {
      const status = url === '' ? 0 : await attempt(`${url}${path}`, tokens.get(source) ?? '', body)
      if (status === 200) acknowledged.push(to)
      if (status === 200) break
      if (status !== 0 && status !== 429 && status !== 503)
        throw new Error(`${path} of ${source}: ${status}`)
      await realTime.sleep(pauseMs)
    }
    open--
  }
  return {
    reports: {
      activities: (source, body) => post({ source, path: '/v1/activities', body }),
      spans: (source, body) => post({ source, path: '/v1/traces', body }),
    },
    acknowledged,
    open: () => open,
    moved: (to) => (url = to),
    close: () => (isClosed = true),
  }
}

/** The status of the answer; 0 if there was none. */
async function attempt(url: string, token: string, body: unknown): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}
