import { account, alice, describeDeeds, stranger, type DeedRow } from '../records.fixture.ts'

const denied = { errorCode: 'AccessDenied' }
const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'
const trusting = (principal: unknown, condition?: unknown): string =>
  JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:AssumeRole',
      ...(condition !== undefined && { Condition: condition }),
    },
  })
/** Trust in GitHub's identity provider; without a subject, in all of its users. */
const fromGitHub = (subject: string | undefined): string => {
  const host = 'token.actions.githubusercontent.com'
  return JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
        ...(subject !== undefined && { StringLike: { [`${host}:sub`]: subject } }),
      },
    },
  })
}
const themRoot = `arn:aws:iam::${stranger}:root`

describeDeeds('trust', [
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: trusting({ AWS: themRoot }) },
    [`trust-opened role/web outside:${stranger} unknown done weakens`],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: trusting({ AWS: stranger }) },
    [`trust-opened role/web outside:${stranger} unknown done weakens`],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    {
      roleName: 'web',
      policyDocument: trusting({ AWS: `arn:aws:iam::${stranger}:role/x/reader` }),
    },
    [`trust-opened role/web outside:${stranger}/role/reader unknown done weakens`],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: trusting({ AWS: '*' }) },
    ['trust-opened role/web everyone:* unknown done weakens'],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    {
      roleName: 'web',
      policyDocument: trusting(
        { AWS: '*' },
        { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } },
      ),
    },
    ['trust-opened role/web none none done restores'],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    {
      roleName: 'web',
      policyDocument: trusting({ AWS: themRoot }, { StringEquals: { 'sts:ExternalId': 'x' } }),
    },
    [`trust-opened role/web outside:${stranger} unknown done weakens`],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: trusting({ Service: 'ec2.amazonaws.com' }) },
    ['trust-opened role/web none none done restores'],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: trusting({ AWS: alice.arn }) },
    ['trust-opened role/web self unknown done neither'],
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'web', policyDocument: { omitted: true } },
    ['trust-opened role/web none unknown done neither'],
  ],
  [
    'iam:CreateRole',
    { roleName: 'web', assumeRolePolicyDocument: trusting({ Service: 'ec2.amazonaws.com' }) },
    ['role-created role/web other none done neither'],
  ],
  [
    'iam:CreateRole',
    {
      roleName: 'web',
      assumeRolePolicyDocument: encodeURIComponent(trusting({ AWS: themRoot })),
    },
    [
      'role-created role/web other none done neither',
      `trust-opened role/web outside:${stranger} unknown done weakens`,
    ],
  ],
  [
    'rolesanywhere:CreateTrustAnchor',
    { name: 'anchor' },
    ['trust-anchor trust-anchor/anchor other unknown done neither'],
  ],
  [
    'rolesanywhere:DeleteTrustAnchor',
    { trustAnchorId: 'id' },
    ['trust-anchor trust-anchor/id none unknown done restores'],
  ],
  [
    'iam:CreateSAMLProvider',
    { name: 'idp' },
    ['trust-anchor saml-provider/idp other unknown done neither'],
  ],
  [
    'sts:GetFederationToken',
    { name: 'x', policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
    ['federation-token federated/x self admin done neither'],
  ],
  [
    'sts:GetFederationToken',
    { name: 'x', policyArns: [admin] },
    ['federation-token federated/x self admin done neither'],
  ],
  [
    'sts:GetFederationToken',
    { name: 'x' },
    ['federation-token federated/x self none done neither'],
  ],
  [
    'sts:AssumeRole',
    null,
    ['role-probed role/deployer none none denied neither'],
    {
      ...denied,
      errorMessage: `User: ${alice.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/ci/deployer`,
    },
  ],
  ['sts:AssumeRole', { roleArn: `arn:aws:iam::${account}:role/deployer` }, []],

  ...[
    [undefined, 'everyone:token.actions.githubusercontent.com'],
    ['repo:*', 'everyone:token.actions.githubusercontent.com'],
    ['repo:*/deploy:ref:refs/heads/main', 'everyone:token.actions.githubusercontent.com'],
    ['repo:example-org/*', ''],
  ].map(([subject, gains]): DeedRow => [
    'iam:CreateRole',
    { roleName: 'ci', assumeRolePolicyDocument: fromGitHub(subject) },
    [
      'role-created role/ci other none done neither',
      ...(gains === '' ? [] : [`trust-opened role/ci ${gains} unknown done weakens`]),
    ],
  ]),
  [
    'rolesanywhere:CreateTrustAnchor',
    { name: 'partners', enabled: false },
    ['trust-anchor trust-anchor/partners none none done neither'],
    { responseElements: { trustAnchor: { name: 'partners', enabled: false } } },
  ],
])
