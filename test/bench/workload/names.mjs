/** Names and ids as AWS and its clients write them. */
import { options } from './options.mjs'

export const B32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export const accounts = Array.from(
  { length: 40 },
  (_, i) => 100000000000 + (((i + 1) * 20000000003) % 899999999999),
)
export const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-2']
export function keyId(prefix, acct, n) {
  // as AWS does: the account id sits in the first 48 bits; the rest is a bijection of n, so unique
  const mix =
    (BigInt(n) * 0x5851f42d4dn + 0x1234567n * BigInt((+options.seed % 1000) + 1)) & 0x7fffffffffn
  let v = (1n << 79n) | (BigInt(acct) << 39n) | (((mix | 0n) * 0x2545f4915n) & 0x7fffffffffn),
    s = ''
  for (let i = 0; i < 16; i++) {
    s = B32[Number(v & 31n)] + s
    v >>= 5n
  }
  return prefix + s
}
export const accountOf = (agent) => accounts[agent % 40]
export const agentId = (a) => `agent-${String(a).padStart(5, '0')}`
export const taskId = (t) => `t-${(t + 0x1000000).toString(16)}`
export const ip = (i) =>
  `${[3, 18, 34, 44, 52, 54][i % 6]}.${(i >>> 4) & 255}.${(i >>> 12) & 255}.${(i * 7) & 255}`
export const badAddress = (i) =>
  `${[45, 91, 146, 185, 193][i % 5]}.${(i >>> 3) & 255}.${(i >>> 11) & 255}.${(i * 13) & 255}`
export const ua = (i) => {
  const v = i % 90
  return [
    `Boto3/1.42.${v} md/Botocore#1.42.${v} ua/2.1 os/linux#6.1.134-150.224.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.9 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.42.${v}`,
    `aws-sdk-js/3.9${v}.0 ua/2.1 os/linux#6.1.141 lang/js md/nodejs#24.${v % 12}.0 api/s3#3.9${v}.0 m/E,Z exec-env/AWS_ECS_FARGATE`,
    `aws-sdk-go-v2/1.38.${v} ua/2.1 os/linux lang/go#1.25.${v % 8} md/GOOS#linux md/GOARCH#arm64 api/dynamodb#1.50.${v} m/g`,
    `APN/1.0 HashiCorp/1.0 Terraform/1.13.${v} (+https://www.terraform.io) terraform-provider-aws/6.${v}.0 aws-sdk-go-v2/1.38.${v} os/linux lang/go#1.25.1`,
  ][i & 3]
}
export const badProgram = (i) =>
  `aws-cli/2.31.${i % 97} md/awscrt#0.27.6 ua/2.1 os/linux#6.12.${i % 89}-kali-amd64 md/arch#x86_64 lang/python#3.13.7 md/prompt#off md/command#sts.get-caller-identity`
export const activityId = (k, n) => `act_${k}${n.toString(36).padStart(8, '0')}`

export const hashCache = new Map()
export function hash16(n) {
  let s = hashCache.get(n)
  if (!s) {
    let x = Math.imul(n + 1, 2654435761) >>> 0
    s = ''
    for (let i = 0; i < 17; i++) {
      s += B32[x & 31]
      x = (Math.imul(x ^ (x >>> 7), 0x2545f491) + i + n) >>> 0
    }
    hashCache.set(n, s)
  }
  return s
}
