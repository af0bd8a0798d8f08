import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from '../call.ts'
import { count, fields, firstText, list } from '../fields.ts'
import { deed, type DeedReader, type DeedTable } from './deed.ts'

/**
 * Families with accelerators, or bigger than daily work needs: GPUs (p, g, gr), Inferentia and Trainium (inf, trn), video
 * (vt), Gaudi (dl), FPGA (f), high memory (u-), bare metal (EC2 instance type guide).
 */
const unusual = /^(?:p\d|g\d|gr\d|inf\d|trn\d|vt\d|dl\d|f\d|u-|u\d)|\.metal/

/** So many at once are a fleet. */
const fleet = 10

type Asked = { readonly type: string; readonly amount: number; readonly profile: string }

/** How many a call asks for: the most of each item of its list. */
function askedByRun({ params }: Call): Asked {
  const items = list(params['instancesSet']).map(fields)
  const amounts = items.map((item) => count(item['maxCount']) || count(item['minCount']) || 1)
  const profile = fields(params['iamInstanceProfile'])
  return {
    type: firstText(params, 'instanceType') || firstText(items[0] ?? {}, 'instanceType'),
    amount: amounts.length > 0 ? Math.max(...amounts) : 1,
    profile: firstText(profile, 'name') || lastPart(firstText(profile, 'arn')),
  }
}

function askedBySpot({ params }: Call): Asked {
  const request = fields(
    params['requestSpotInstancesRequest'] ?? params['RequestSpotInstancesRequest'] ?? params,
  )
  const launch = fields(request['launchSpecification'] ?? request['LaunchSpecification'])
  return {
    type: firstText(launch, 'instanceType', 'InstanceType'),
    amount: count(request['instanceCount'] ?? request['InstanceCount']) || 1,
    profile: '',
  }
}

function askedByFleet({ params }: Call): Asked {
  const request = fields(params['CreateFleetRequest'] ?? params)
  const target = fields(request['TargetCapacitySpecification'])
  const types = /"InstanceType":"([^"]{1,40})"/.exec(JSON.stringify(request))
  return { type: types?.[1] ?? '', amount: count(target['TotalTargetCapacity']) || 1, profile: '' }
}

/** Spot fleets write their request in lower camel case. */
function askedBySpotFleet({ params }: Call): Asked {
  const request = fields(params['spotFleetRequestConfig'] ?? params['SpotFleetRequestConfig'])
  const [first] = list(request['launchSpecifications']).map(fields)
  return {
    type: firstText(first ?? {}, 'instanceType'),
    amount: count(request['targetCapacity']) || 1,
    profile: '',
  }
}

const launched =
  (read: (call: Call) => Asked): DeedReader =>
  (call) => {
    const { type, amount, profile } = read(call)
    if (!unusual.test(type) && amount < fleet) return []
    const kind = amount === 1 ? 'instance' : 'instances'
    const what = type === '' ? `${kind} of an unnamed type` : `${type} ${kind}`
    return [
      deed(call, 'compute-launched', `instance-type/${type || '-'}`, `launched ${amount} ${what}`, {
        amount,
        ...(profile !== '' && { about: [`instance-profile/${profile}`] }),
      }),
    ]
  }

/** Launches of much or dear compute, refused ones too. */
export const compute: DeedTable = {
  'ec2:RunInstances': launched(askedByRun),
  'ec2:RequestSpotInstances': launched(askedBySpot),
  'ec2:CreateFleet': launched(askedByFleet),
  'ec2:RequestSpotFleet': launched(askedBySpotFleet),
}
