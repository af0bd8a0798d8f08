import type { Head } from '#shared/ports/http.ts'

/** IPv4 and IPv6 loopback, and the name that stands for them. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host) || /^(\[::1\]|::1)$/.test(host)

/**
 * From this machine, under a name of this machine: a page in a browser whose host name was pointed here says its own name, and
 * a proxy that stands in front of us says that of the outside.
 */
export const isFromHere = ({ headers, peer }: Head): boolean =>
  isLoopback(peer) && isLoopback((headers['host'] ?? '').replace(/:\d+$/, '').toLowerCase())
