// The health check of the image: asks the /healthz of this container, whose settings of the doors come from
// the environment. Exit status 0: every source that must not be silent is heard; 1: one is blind, or nobody answers.

import { get as getPlain } from 'node:http'
import { get as getTls } from 'node:https'

const { KEYTRAIL_HTTP_PORT: port = '4318', KEYTRAIL_HTTP_CERTIFICATE: certificate = '' } =
  process.env
const isTls = certificate !== ''
// Loopback has no name that a certificate could bear, and nobody in between.
const options = isTls ? { rejectUnauthorized: false } : {}
const request = (isTls ? getTls : getPlain)(
  `${isTls ? 'https' : 'http'}://127.0.0.1:${port}/healthz`,
  options,
  (answer) => {
    process.stdout.write(`${answer.statusCode} `)
    answer.pipe(process.stdout)
    process.exitCode = answer.statusCode === 200 ? 0 : 1
  },
)
request.setTimeout(4_000, () => request.destroy(new Error('no answer within 4 s')))
request.on('error', ({ message }) => {
  process.stdout.write(`${message}\n`)
  process.exitCode = 1
})
