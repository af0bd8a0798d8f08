import { describe, expect, test } from 'vitest'
import { holdsSecret } from './secrets.ts'

/** Forty signs as AWS gives them; of no account. */
const awsSecret = 'CANARYkeyCANARYkeyCANARYkeyCANARYkey/0+1'

describe('secrets anywhere in a name or id', () => {
  test.each([
    ['AWS secret access key', awsSecret],
    ['the same inside a text', `run with aws_secret_access_key=${awsSecret}, please`],
    ['AWS session token', `IQoJ${'CANARYa1'.repeat(30)}`],
    ['JSON web token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlkifQ.c2ln'],
    ['bearer header', 'Authorization: Bearer CANARYtoken0123456789'],
    ['GitHub token of forty characters', `ghp_${'CANARYa1'.repeat(4)}abcd`],
    ['API key', 'sk-CANARY0123456789abcdef'],
    ['private key', '-----BEGIN PRIVATE KEY-----'],
    ['password with its name', 'login?password=CANARY-7'],
    ['secret with its name', 'run --client-secret=CANARY.7 now'],
    ['token of no known form', 'CANARY0a'.repeat(12)],
  ])('%s', (_, text) => expect(holdsSecret(text)).toBe(true))
})

describe('what names and ids look like', () => {
  test.each([
    ['ARN', 'arn:aws:sts::111122223333:assumed-role/ledger/run-0000000000000000000000001'],
    ['principal key', '111122223333/role/OrganizationAccountAccessRole/AWSCLISession1700000000000'],
    ['task of forty characters', 'invoice-run-2026-05-04-customer-Acme-001'],
    ['long task', 'Customer-support-2026-05-04-escalation-workflow-run-0001-retry-of-a-retry'],
    ['trace', 'trace:7aaeb5df5e47af78d85e73be26f3ae06'],
    ['digest', 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
    ['fingerprint', 'hmac-sha256:kD3xq9ZpTnE+RcVb/LmWs0YhJuGi2FoA7eXy4NtQ1Pw='],
    ['key id', 'ASIAEXAMPLE000000001'],
    ['request id', '3d6f0a7e-5b1c-4c8e-9f2a-000000000001'],
    ['setting with a harmless value', 'verify-token=false'],
    ['kind and name', 'secret:prod/payments'],
    ['address of a person', 'ana.maria.of.the.long.name@payments.example.com'],
  ])('%s', (_, text) => expect(holdsSecret(text)).toBe(false))
})
