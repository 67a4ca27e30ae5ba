// The deliveries of an instance, page by page.
import type { Input, Output } from '@chatpush/wire';
import { laneBeginning } from '../delivery/work.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import type { DeliveryFilter, LogEntry } from '../store/store.ts';
import { toDelivery } from './delivery-answer.ts';
import type { OperationDependencies } from './dependencies.ts';
import { refuseFaults, textFault } from './faults.ts';
import type { PageScope } from './page-token.ts';

export const DEFAULT_PAGE = 50;
/** Store calls per page: 50,000 deliveries are examined, a few thousand at a time. */
const MOST_CALLS = 25;

export async function listOfInstance(
  dependencies: OperationDependencies,
  input: Input<'ListDeliveries'>,
): Promise<Output<'ListDeliveries'>> {
  const { store, pageTokens } = dependencies;
  const { InstanceId, MaxResults = DEFAULT_PAGE, StartTime, EndTime } = input;
  const filter: DeliveryFilter = {
    instanceId: InstanceId,
    status: input.Status,
    reason: input.Reason,
    lanes: lanesOf(input),
    from: StartTime === undefined ? undefined : Date.parse(StartTime),
    to: EndTime === undefined ? undefined : Date.parse(EndTime),
  };
  refuseFaults([
    textFault(
      '/EndTime',
      filter.from !== undefined && filter.to !== undefined && filter.to <= filter.from,
      'Member must be later than StartTime',
    ),
  ]);
  const scope: PageScope = { list: 'instance-deliveries', instanceId: InstanceId, contactId: '' };
  let next = pageTokens.open(scope, input.NextToken);
  const entries: LogEntry[] = [];
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const page = await store.instanceDeliveries(filter, { limit: MaxResults - entries.length, next });
    entries.push(...page.items);
    ({ next } = page);
    if (next === undefined || entries.length === MaxResults) break;
  }
  return {
    Deliveries: entries.map((entry) => toDelivery(entry, dependencies)),
    ...(next !== undefined && { NextToken: pageTokens.seal(scope, next) }),
  };
}

function lanesOf({ PinpointAppArn, DeviceType }: Input<'ListDeliveries'>): string[] | undefined {
  if (PinpointAppArn === undefined && DeviceType === undefined) return undefined;
  const types = DeviceType === undefined ? CHANNEL_NAMES : [DeviceType];
  return types.map((deviceType) => laneBeginning({ deviceType, applicationArn: PinpointAppArn }));
}
