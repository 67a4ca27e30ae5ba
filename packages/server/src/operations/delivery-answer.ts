// A row of the delivery log in the form that operations return.
import type { Output } from '@chatpush/wire';
import { parseLane } from '../delivery/work.ts';
import type { DeviceType } from '../contact/document.ts';
import type { LogEntry } from '../store/store.ts';
import { isoTime } from './applications/application.ts';
import type { OperationDependencies } from './dependencies.ts';

type DeliveryAnswer = Output<'GetDelivery'>['Delivery'];

export function toDelivery(
  entry: LogEntry,
  { outageOf }: Pick<OperationDependencies, 'outageOf'>,
): DeliveryAnswer {
  const channel = entry.lane === undefined ? undefined : parseLane(entry.lane);
  // A waiting delivery was settled with the reason of that time, if it ever began. This is the current reason.
  const outage =
    channel && entry.status === 'queued' ? outageOf(channel.applicationArn, channel.deviceType) : undefined;
  return {
    DeliveryId: entry.id,
    ContactId: entry.contactId,
    MessageId: entry.messageId,
    RegistrationId: entry.registrationId,
    PinpointAppArn: channel?.applicationArn,
    DeviceType: channel?.deviceType as DeviceType | undefined,
    Status: entry.status,
    Reason: outage?.reason ?? entry.reason,
    Detail: outage?.answer,
    Attempts: entry.attempts.map(({ at, outcome, gateway, answer }) => ({
      At: new Date(at).toISOString(),
      Outcome: outcome,
      Gateway: gateway,
      Answer: answer,
    })),
    AttemptCount: entry.attemptCount,
    CreatedAt: new Date(entry.at).toISOString(),
    ExpiresAt: isoTime(entry.expiresAt),
    CanReplay: entry.isKept === true,
  };
}
