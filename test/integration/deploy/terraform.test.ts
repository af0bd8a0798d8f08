import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { deploy, root, tool } from './tool.ts'

const module = join(deploy, 'terraform')
const folder = mkdtempSync(join(tmpdir(), 'keytrail-terraform-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const page = readFileSync(join(root, 'docs', 'connect-aws.md'), 'utf8')
const host = 'arn:aws:iam::111122223333:role/keytrail-host'

test.each(['trust', 'reader', 'responder'])('the module has the policy of the page: %s', (name) => {
  const onPage = page.split(`\`\`\`json ${name}\n`)[1]?.split('```')[0]
  const text = readFileSync(join(module, 'policies', `${name}.json`), 'utf8')
  expect(text.replaceAll('${account}', '111122223333').replaceAll('${host}', host)).toBe(onPage)
})

test('terraform would format it so, and understands it', async () => {
  const formatted = await tool('terraform', ['fmt', '-check', '-diff'], module)
  expect([formatted.status, formatted.out]).toEqual([0, ''])
  const { out } = await tool('terraform', ['validate', '-json'], module)
  const { diagnostics } = JSON.parse(out.slice(out.indexOf('{')))
  // Without `terraform init`, which needs the registry of providers, it reads the language alone, and says so last.
  const others = diagnostics.filter(
    ({ severity, summary }: Readonly<Record<string, string>>) =>
      severity === 'error' && summary !== 'Missing required provider',
  )
  expect(others).toEqual([])
})

/** The responder's policy as terraform itself makes it. */
async function responder(...variables: readonly string[]) {
  for (const part of ['policies', 'policies.tf', 'variables.tf'])
    cpSync(join(module, part), join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'account.tf'), 'locals {\n  account = "111122223333"\n}\n')
  writeFileSync(
    join(folder, 'asked.tf'),
    'output "policy" {\n  value = jsonencode(local.bound)\n}\n',
  )
  const given = ['region=us-east-1', `host_role_arn=${host}`, ...variables]
  const args = given.map((variable) => `-var=${variable}`)
  await tool('terraform', ['init', '-backend=false'], folder)
  const applied = await tool(
    'terraform',
    ['apply', '-auto-approve', '-input=false', ...args],
    folder,
  )
  expect([applied.status, applied.err]).toEqual([0, expect.any(String)])
  const { out } = await tool('terraform', ['output', '-raw', 'policy'], folder)
  return JSON.parse(out.slice(out.indexOf('{')))
}

const onPage = JSON.parse(page.split('```json responder\n')[1]?.split('```')[0] ?? '')

test('each permission of the responder is bound to the tag, and nothing else differs from the page', async () => {
  const { Statement } = await responder()
  const Condition = { StringEquals: { 'iam:ResourceTag/keytrail': 'may-cut' } }
  expect(Statement).toEqual(
    onPage.Statement.map((each: { Effect: string }) =>
      each.Effect === 'Allow' ? { ...each, Condition } : each,
    ),
  )
})

test('without a tag it is the policy of the page', async () => {
  expect(await responder('tag=null')).toEqual(onPage)
})
