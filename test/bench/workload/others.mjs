/** Others' traffic: consoles, services, CI. */
import { controlReads } from './calls.mjs'
import { chance, h8, int, pick, u32, uuid } from './chance.mjs'
import { clock, iso } from './clock.mjs'
import { accounts, hash16, ip, keyId, regions, ua } from './names.mjs'
import { HOUR } from './options.mjs'
import { emit } from './output.mjs'
import { record } from './record.mjs'
import { credentialsText } from './uses.mjs'

export function consoleUse() {
  // a person in the console: a fresh key every few calls, one creationDate for all of them
  const who = int(200),
    acct = accounts[who % 40],
    session = Math.floor(clock.now / (4 * HOUR)),
    k = keyId('ASIA', acct, 0x6000000000 + who * 100003 + session * 1009 + int(21)),
    internal = chance()
  emit(
    'console',
    record({
      ui: `{"type":"IAMUser","principalId":"AIDA${hash16(who + 5000)}","arn":"arn:aws:iam::${acct}:user/person-${who}","accountId":"${acct}","accessKeyId":"${k}","userName":"person-${who}","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"${iso(session * 4 * HOUR)}Z","mfaAuthenticated":"true"}}${internal < 0.3 ? ',"invokedBy":"AWS Internal"' : ''}}`,
      time: iso(clock.now) + 'Z',
      region: 'us-east-1',
      addr:
        internal < 0.3
          ? 'AWS Internal'
          : internal < 0.6
            ? `10.8.${int(9)}.${int(250)}`
            : ip(800000 + who),
      agent:
        internal < 0.3
          ? 'AWS Internal'
          : internal < 0.6
            ? '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1030]'
            : 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      acct,
      reqId: uuid(),
      id: uuid(),
      version: '1.08',
      console: true,
      ...pick(controlReads)(who, acct),
    }),
  )
}
export function serviceUse() {
  const acct = pick(accounts),
    s = pick(['ec2', 'ecs', 'lambda', 'cloudtrail', 'config', 'inspector2'])
  const role = `arn:aws:iam::${acct}:role/aws-service-role/${s}.amazonaws.com/AWSServiceRoleFor${s}`
  const assume = chance() < 0.2
  emit(
    'service',
    record({
      ui: `{"type":"AWSService","invokedBy":"${s}.amazonaws.com"}`,
      time: iso(clock.now) + 'Z',
      region: pick(regions),
      addr: `${s}.amazonaws.com`,
      agent: `${s}.amazonaws.com`,
      acct,
      reqId: uuid(),
      id: uuid(),
      tls: false,
      version: '1.08',
      ...(assume
        ? {
            src: 'sts.amazonaws.com',
            name: 'AssumeRole',
            req: `{"roleArn":"${role}","roleSessionName":"${s}-${h8()}","durationSeconds":3600}`,
            res: `{${credentialsText(keyId('ASIA', acct, 0x5000000000 + u32()), clock.now + HOUR)}}`,
            extra: `,"sharedEventID":"${uuid()}"`,
            ro: true,
          }
        : {
            src: 'kms.amazonaws.com',
            name: 'GenerateDataKey',
            req: `{"keyId":"arn:aws:kms:us-east-1:${acct}:key/${uuid()}","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::logs-${acct}"},"keySpec":"AES_256"}`,
            ro: true,
          }),
    }),
  )
}
export const ciKeys = Array.from({ length: 60 }, (_, i) =>
  keyId('AKIA', accounts[i % 40], 0x4000000000 + i),
)
export function ciUse() {
  const i = int(60),
    acct = accounts[i % 40]
  emit(
    'ci',
    record({
      ui: `{"type":"IAMUser","principalId":"AIDA${hash16(i + 9000)}","arn":"arn:aws:iam::${acct}:user/ci-${i}","accountId":"${acct}","accessKeyId":"${ciKeys[i]}","userName":"ci-${i}"}`,
      time: iso(clock.now) + 'Z',
      region: 'us-east-1',
      addr: ip(850000 + i * 64 + int(60)),
      agent: ua(3 + 4 * (i % 20)),
      acct,
      reqId: uuid(),
      id: uuid(),
      ...pick(controlReads)(i, acct),
    }),
  )
}
