import { account, describeDeeds, stranger } from '../records.fixture.ts'

describeDeeds('code', [
  [
    'lambda:AddPermission20150331v2',
    { functionName: 'f', action: 'lambda:InvokeFunction', principal: '*' },
    ['code-shared function/f everyone:* some done weakens'],
  ],
  [
    'lambda:AddPermission20150331v2',
    { functionName: 'f', action: 'lambda:InvokeFunction', principal: 's3.amazonaws.com' },
    [],
  ],
  [
    'lambda:AddPermission20150331v2',
    {
      functionName: 'f',
      action: 'lambda:InvokeFunction',
      principal: '*',
      principalOrgID: 'o-example',
    },
    [],
  ],
  [
    'lambda:AddPermission20150331v2',
    { functionName: 'f', action: 'lambda:InvokeFunction', principal: stranger },
    [`code-shared function/f outside:${stranger} some done weakens`],
  ],
  [
    'lambda:CreateFunctionUrlConfig',
    { functionName: 'f', authType: 'NONE' },
    ['code-shared function/f everyone:* some done weakens'],
  ],
  [
    'lambda:UpdateFunctionCode20150331v2',
    { functionName: `arn:aws:lambda:eu-west-1:${account}:function:f:1`, dryRun: false },
    ['code-changed function/f none none done neither'],
  ],
  ['lambda:UpdateFunctionCode20150331v2', { functionName: 'f', dryRun: true }, []],
  [
    'lambda:UpdateFunctionConfiguration20150331v2',
    { functionName: 'f', layers: ['arn:layer'], environment: {} },
    ['code-changed function/f none none done neither'],
  ],
  ['lambda:UpdateFunctionConfiguration20150331v2', { functionName: 'f', memorySize: 256 }, []],
  [
    'ec2:ModifyInstanceAttribute',
    { instanceId: 'i-1', userData: '<sensitiveDataRemoved>' },
    ['user-data-changed instance/i-1 other none done neither'],
  ],
  [
    'ec2:ModifyInstanceAttribute',
    { instanceId: 'i-1', disableApiTermination: { value: false } },
    [],
  ],
])

describeDeeds('commands', [
  [
    'ssm:SendCommand',
    { documentName: 'AWS-RunShellScript', instanceIds: ['i-1', 'i-2'] },
    [
      'command-run instance/i-1 other none done neither',
      'command-run instance/i-2 other none done neither',
    ],
  ],
  [
    'ssm:SendCommand',
    { documentName: 'AWS-RunShellScript', targets: [{ key: 'tag:Env', values: ['prod'] }] },
    ['command-run instances/tag:Env=prod other none done neither'],
  ],
  ['ssm:StartSession', { target: 'i-1' }, ['command-run instance/i-1 other none done neither']],
  [
    'ecs:ExecuteCommand',
    { cluster: 'c', task: 'arn:aws:ecs:eu-west-1:1:task/c/t1' },
    ['command-run task/t1 other none done neither'],
  ],
  [
    'ec2-instance-connect:SendSSHPublicKey',
    { instanceId: 'i-1' },
    ['command-run instance/i-1 other none done neither'],
  ],

  [
    'sagemaker:UpdateNotebookInstanceLifecycleConfig',
    {
      notebookInstanceLifecycleConfigName: 'setup',
      onStart: [{ content: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
    },
    ['code-changed lifecycle-config/setup none none done neither'],
  ],
  [
    'sagemaker:UpdateNotebookInstance',
    { notebookInstanceName: 'research', lifecycleConfigName: 'setup' },
    ['code-changed notebook/research none none done neither'],
  ],
  [
    'sagemaker:UpdateNotebookInstance',
    { notebookInstanceName: 'research', volumeSizeInGB: 50 },
    [],
  ],
])
