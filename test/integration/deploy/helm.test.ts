import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { configFrom } from '#shared/config.ts'
import { chart, tool } from './tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'keytrail-helm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const everything = {
  tls: { secretName: 'keytrail-tls' },
  settings: { folders: ['trail=/logs'], alerts: { holdSeconds: 30 } },
  environment: { AWS_CONFIG_FILE: '/etc/aws/config' },
  secretEnvironment: { PAGERDUTY_KEY: { secret: 'keytrail-alerts', key: 'pagerduty' } },
  storage: { className: 'gp3' },
  metrics: {
    serviceMonitor: true,
    rules: true,
    dashboard: true,
    labels: { release: 'prometheus' },
  },
  networkPolicy: { from: [{ namespaceSelector: {} }], to: [{ ports: [{ port: 9093 }] }] },
  volumes: [{ name: 'logs', persistentVolumeClaim: { claimName: 'logs' } }],
  volumeMounts: [{ name: 'logs', mountPath: '/logs', readOnly: true }],
}
const rows: readonly (readonly [string, object])[] = [
  ['TLS in front', { tls: { endsInFront: true } }],
  ['everything', everything],
  ['a claim that is there', { tls: { endsInFront: true }, storage: { existingClaim: 'old' } }],
]

async function rendered(values: object, ...more: readonly string[]) {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, JSON.stringify(values))
  return await tool('helm', [
    'template',
    'kt',
    chart,
    '--kube-version=1.30.0',
    '--values',
    file,
    ...more,
  ])
}

test('helm lint finds nothing wrong', async () => {
  const linted = await tool('helm', ['lint', '--strict', chart, '--set=tls.endsInFront=true'])
  expect([linted.status, linted.out]).toEqual([0, expect.stringContaining('0 chart(s) failed')])
})

test.each(rows)('Kubernetes would take the chart: %s', async (_, values) => {
  const { status, out, err } = await rendered(values)
  expect([status, err]).toEqual([0, ''])
  const file = join(folder, 'rendered.yaml')
  writeFileSync(file, out)
  const validated = await tool('kubernetes-validate', ['--strict', '-k', '1.30', file])
  expect([validated.status, validated.err]).toEqual([0, expect.not.stringContaining('ERROR')])
  expect(`${validated.out}${validated.err}`).toContain(
    'passed for resource statefulset/kt-keytrail',
  )
})

test('the pod may do nothing that it does not need', async () => {
  const { out } = await rendered(everything)
  const all = parseAllDocuments(out).map((document) => document.toJS())
  const { spec } = all.find(({ kind }) => kind === 'StatefulSet')
  expect(spec.replicas).toBe(1)
  expect(spec.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  })
  const settings = all.find(({ kind, data }) => kind === 'ConfigMap' && data['keytrail.yaml'])
  const content: unknown = parse(settings.data['keytrail.yaml'])
  const config = configFrom({
    environment: {},
    flags: {},
    file: { name: 'keytrail.yaml', content },
  })
  expect([config.folders, config.alerts.holdSeconds]).toEqual([['trail=/logs'], 30])
  const rule = all.find(({ kind }) => kind === 'PrometheusRule')
  expect(rule.spec).toEqual(parse(readFileSync(join(chart, 'files', 'alerts.yaml'), 'utf8')))
})

test.each([
  ['tokens in the clear', {}, 'in the clear'],
  ['a second replica', { tls: { endsInFront: true }, replicas: 2 }, 'replicas'],
  [
    'a secret in the values',
    { tls: { endsInFront: true }, secretEnvironment: { KEY: 'x' } },
    'KEY',
  ],
])('the chart refuses %s', async (_, values, why) => {
  const { status, err } = await rendered(values)
  expect([status, err]).toEqual([1, expect.stringContaining(why)])
})
