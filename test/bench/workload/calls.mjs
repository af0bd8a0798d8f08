/** What is called: data plane, control plane, writes, IAM, and queries of 20 to 100 KB. (agent number, account) → parts of a record. */
import { blob, filler, h8, int, uuid } from './chance.mjs'
import { hash16, keyId, regions } from './names.mjs'
import { stats } from './output.mjs'

export const S3 = 's3.amazonaws.com',
  DDB = 'dynamodb.amazonaws.com'
export const s3Request = (a, acct) =>
  `{"bucketName":"data-lake-${acct}-${a % 40}","Host":"data-lake-${acct}-${a % 40}.s3.${regions[a & 3]}.amazonaws.com","key":"tenant=${a}/dt=2026-10-05/part-${h8()}.parquet","x-amz-checksum-mode":"ENABLED"}`
export const s3Extra = () =>
  `,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"${blob(76)}","bytesTransferredOut":${int(1e6)}}`
export const s3Resources = (a, acct) =>
  `,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::data-lake-${acct}-${a % 40}/tenant=${a}/dt=2026-10-05/part"},{"accountId":"${acct}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::data-lake-${acct}-${a % 40}"}]`
export const reads = [
  // data plane
  (a, c) => ({
    src: S3,
    name: 'GetObject',
    req: s3Request(a, c),
    extra: s3Extra(),
    resources: s3Resources(a, c),
    category: 'Data',
    ro: true,
  }),
  (a, c) => ({
    src: S3,
    name: 'HeadObject',
    req: s3Request(a, c),
    extra: s3Extra(),
    resources: s3Resources(a, c),
    category: 'Data',
    ro: true,
  }),
  (a, c) => ({
    src: S3,
    name: 'ListObjects',
    req: `{"list-type":"2","bucketName":"data-lake-${c}-${a % 40}","encoding-type":"url","prefix":"tenant=${a}/dt=2026-10-05/","Host":"data-lake-${c}-${a % 40}.s3.amazonaws.com"}`,
    extra: s3Extra(),
    category: 'Data',
    ro: true,
  }),
  (a, c) => ({
    src: DDB,
    name: 'Query',
    req: `{"tableName":"sessions-${a % 30}","keyConditionExpression":"#p = :p and #s > :s","expressionAttributeNames":{"#p":"pk","#s":"sk"},"indexName":"by-tenant","limit":${10 + int(90)}}`,
    extra: `,"apiVersion":"2012-08-10"`,
    resources: `,"resources":[{"accountId":"${c}","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:us-east-1:${c}:table/sessions-${a % 30}"}]`,
    category: 'Data',
    ro: true,
  }),
  (a, c) => ({
    src: DDB,
    name: 'GetItem',
    req: `{"tableName":"sessions-${a % 30}","key":{"pk":"tenant#${a}","sk":"doc#${h8()}"},"consistentRead":false}`,
    resources: `,"resources":[{"accountId":"${c}","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:us-east-1:${c}:table/sessions-${a % 30}"}]`,
    category: 'Data',
    ro: true,
  }),
  () => ({
    src: 'bedrock.amazonaws.com',
    name: 'InvokeModel',
    req: `{"modelId":"anthropic.claude-opus-5-v1:0"}`,
    extra: `,"additionalEventData":{"inferenceRegion":"us-west-2"}`,
    category: 'Management',
    ro: true,
  }),
  (a, c) => ({
    src: 'kms.amazonaws.com',
    name: 'Decrypt',
    req: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::data-lake-${c}-${a % 40}/tenant=${a}/part-${h8()}"}}`,
    resources: `,"resources":[{"accountId":"${c}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:us-east-1:${c}:key/0e5d0ab6-097e-49d8-99ef-${hash16(a).slice(0, 12).toLowerCase()}"}]`,
    category: 'Management',
    ro: true,
  }),
]
export const controlReads = [
  (a) => ({
    src: 'ec2.amazonaws.com',
    name: 'DescribeInstances',
    req: `{"maxResults":100,"instancesSet":{},"filterSet":{"items":[{"name":"tag:agent","valueSet":{"items":[{"value":"${a}"}]}}]}}`,
    ro: true,
  }),
  (a, c) => ({
    src: 'secretsmanager.amazonaws.com',
    name: 'GetSecretValue',
    req: `{"secretId":"arn:aws:secretsmanager:us-east-1:${c}:secret:agents/${a}/api-${h8().slice(0, 6)}"}`,
    ro: true,
  }),
  (a) => ({
    src: 'ssm.amazonaws.com',
    name: 'GetParameter',
    req: `{"name":"/agents/${a}/config","withDecryption":true}`,
    ro: true,
  }),
  () => ({
    src: 'sts.amazonaws.com',
    name: 'GetCallerIdentity',
    req: 'null',
    extra: `,"additionalEventData":{"RequestDetails":{"awsServingRegion":"us-east-1","endpointType":"regional"}}`,
    ro: true,
  }),
  (a) => ({
    src: 'logs.amazonaws.com',
    name: 'FilterLogEvents',
    req: `{"logGroupName":"/agents/${a}","startTime":1791158400000,"filterPattern":"ERROR","limit":50}`,
    ro: true,
  }),
]
export const writes = [
  (a, c) => ({
    src: S3,
    name: 'PutObject',
    req: s3Request(a, c),
    extra: s3Extra(),
    resources: s3Resources(a, c),
    category: 'Data',
    ro: false,
  }),
  (a) => ({
    src: DDB,
    name: 'PutItem',
    req: `{"tableName":"sessions-${a % 30}","key":{"pk":"tenant#${a}","sk":"doc#${h8()}"},"items":["pk","sk","body","ttl"]}`,
    category: 'Data',
    ro: false,
  }),
  (a, c) => ({
    src: 'lambda.amazonaws.com',
    name: 'Invoke',
    req: `{"invocationType":"RequestResponse","functionName":"arn:aws:lambda:us-east-1:${c}:function:tool-${a % 20}"}`,
    category: 'Data',
    ro: false,
  }),
]
export const iam = [
  (a) => ({
    src: 'iam.amazonaws.com',
    name: 'GetRole',
    req: `{"roleName":"svc-${a % 300}"}`,
    ro: true,
  }),
  (a) => ({
    src: 'iam.amazonaws.com',
    name: 'AttachRolePolicy',
    req: `{"roleName":"svc-${a % 300}","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`,
    ro: false,
  }),
  (a, c) => ({
    src: 'iam.amazonaws.com',
    name: 'CreateAccessKey',
    req: `{"userName":"backup-${a % 100}"}`,
    res: `{"accessKey":{"accessKeyId":"${keyId('AKIA', c, int(1e9))}","status":"Active","userName":"backup-${a % 100}","createDate":"Oct 5, 2026, 2:12:12 AM"}}`,
    ro: false,
  }),
]
export const big = () => {
  stats.tail++
  const n = 20000 + int(80000),
    i = int(filler.length - n)
  return {
    src: 'athena.amazonaws.com',
    name: 'StartQueryExecution',
    req: `{"queryString":"WITH policy AS (SELECT '${filler.slice(i, i + n)}') SELECT * FROM policy","workGroup":"agents","clientRequestToken":"${uuid()}"}`,
    res: `{"queryExecutionId":"${uuid()}"}`,
    ro: false,
  }
}
export const errors = [
  `,"errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this operation because no identity-based policy allows the action"`,
  `,"errorCode":"ThrottlingException","errorMessage":"Rate exceeded"`,
  `,"errorCode":"NoSuchKey","errorMessage":"The specified key does not exist."`,
]
