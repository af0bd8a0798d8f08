/** Record `n` of a trail: user ana lists buckets on a Monday morning, in the shape that AWS writes. Its id ends with `n`. */
export const trail = (n: number, more: object = {}) => ({
  eventVersion: '1.11',
  eventTime: '2026-05-04T09:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  eventCategory: 'Management',
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
  eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/ana',
    accountId: '111122223333',
    accessKeyId: 'AKIAEXAMPLE000000001',
    userName: 'ana',
  },
  ...more,
})

/** Record 1 of such a trail: she takes an administrator's rights. */
export const deed = trail(1, {
  eventSource: 'iam.amazonaws.com',
  eventName: 'AttachUserPolicy',
  requestParameters: {
    userName: 'ana',
    policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  },
})
