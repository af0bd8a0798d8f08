/** As whom we speak to an AWS account, and where. */
export type AwsAccess = {
  /** Name of a profile of the AWS configuration; absent: the usual chain (environment, default profile, container, instance). */
  readonly profile?: string
  /** Credentials that are given instead. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** One address for all services instead of AWS's own. */
  readonly endpoint?: string
  /** Lets `endpoint` be elsewhere than AWS: whoever is there gets requests that our credentials signed. */
  readonly allowOtherEndpoint?: boolean
}
