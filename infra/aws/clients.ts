import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import { Unusable } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'

/** The region where IAM is, of the partition `aws` (AWS General Reference, "IAM endpoints"). */
const home = 'us-east-1'
const ownEndpoint = /^https:\/\/[a-z0-9.-]+\.amazonaws\.com\/?$/

/** Longest waits for a connection and for an answer, ms. */
const timeouts = { connectionTimeout: 3_000, requestTimeout: 15_000 }

/**
 * Clients that try each call once: whoever gives the order decides on repeating, since an answer may be lost. Addresses are
 * always named: an address that stands in the environment or the AWS configuration of the machine is not taken.
 *
 * @throws Unusable where the endpoint is not AWS's and the switch for that is off
 */
function configOf(access: AwsAccess, service: string, region: string) {
  const { endpoint, allowOtherEndpoint = false, profile, credentials } = access
  if (endpoint !== undefined && !ownEndpoint.test(endpoint) && !allowOtherEndpoint)
    throw new Unusable(
      `${endpoint} is no address of AWS: it would get requests signed by our credentials. Set the switch for other endpoints if that is meant.`,
    )
  const own =
    service === 'iam' ? 'https://iam.amazonaws.com' : `https://${service}.${region}.amazonaws.com`
  return {
    region,
    endpoint: endpoint ?? own,
    maxAttempts: 1,
    requestHandler: timeouts,
    ...(profile !== undefined && { profile }),
    ...(credentials && { credentials }),
  }
}

export const iamClient = (access: AwsAccess): IAMClient =>
  new IAMClient(configOf(access, 'iam', home))

export const stsClient = (access: AwsAccess): STSClient =>
  new STSClient(configOf(access, 'sts', home))

export const cloudTrailClient = (access: AwsAccess, region: string): CloudTrailClient =>
  new CloudTrailClient(configOf(access, 'cloudtrail', region))

export const sqsClient = (access: AwsAccess, region: string): SQSClient =>
  new SQSClient(configOf(access, 'sqs', region))

/** A body that says nothing for so long is given up, ms. */
const socketTimeout = 30_000

export const s3Client = (access: AwsAccess, region: string): S3Client =>
  new S3Client({
    ...configOf(access, 's3', region),
    requestHandler: { ...timeouts, socketTimeout },
    // Elsewhere than at AWS a bucket is no host.
    forcePathStyle: access.endpoint !== undefined,
    followRegionRedirects: true,
  })
