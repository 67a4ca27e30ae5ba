// Replays an undelivered delivery, or withdraws a waiting one.
import type { Input, Output } from '@chatpush/wire';
import { registrationIn } from '../contact/document.ts';
import type { Registration } from '../contact/document.ts';
import { isSuspended } from '../contact/suspension.ts';
import { explainReason } from '../delivery/log-reason.ts';
import type { LogReason } from '../delivery/log-reason.ts';
import { laneOf, parseKept, parseLane, serialiseWork } from '../delivery/work.ts';
import type { Work } from '../delivery/work.ts';
import { ServiceError } from '../service-error.ts';
import { findContact } from '../store/contact-change.ts';
import type { LoggedDelivery } from '../store/store.ts';
import { findDelivery } from './deliveries.ts';
import { toDelivery } from './delivery-answer.ts';
import type { OperationDependencies } from './dependencies.ts';
import type { Call } from './handlers.ts';

export async function replayDelivery(
  dependencies: OperationDependencies,
  { InstanceId, DeliveryId }: Input<'ReplayDelivery'>,
  { caller }: Call,
): Promise<Output<'ReplayDelivery'>> {
  const { store, directory, clock } = dependencies;
  await directory.instance(InstanceId);
  const entry = await findDelivery(store, InstanceId, DeliveryId);
  checkApplication(entry, caller);
  if (entry.status !== 'queued') {
    const { kept } = entry;
    if (kept === undefined) throw refuse(whyNothingIsKept(entry));
    const registration = await registrationOf(dependencies, InstanceId, entry);
    const rules = await directory.rules(registration.applicationArn);
    const notification = parseKept(kept);
    const now = clock.now();
    const work: Work = {
      ...notification,
      // The contact's owner may have asked since then that texts are not shown.
      body: registration.includeRawMessage ? notification.body : rules.genericText,
      deviceToken: registration.deviceToken,
      expiresAt: now + rules.ttlMs,
      replayedAt: now,
    };
    const lane = laneOf({ instanceId: InstanceId, ...registration });
    const result = await store.replay(InstanceId, DeliveryId, {
      lane,
      expiresInMs: rules.ttlMs,
      work: serialiseWork(work),
      reason: 'replayed' satisfies LogReason,
    });
    if (result === 'changed') {
      const { status } = await findDelivery(store, InstanceId, DeliveryId);
      // Queued: another call replayed it.
      if (status !== 'queued') throw refuse(`The delivery has changed meanwhile: it is now ${status}.`);
    }
    dependencies.onWork();
    store.hint('work', lane);
  }
  return { Delivery: toDelivery(await findDelivery(store, InstanceId, DeliveryId), dependencies) };
}

export async function withdrawDelivery(
  dependencies: OperationDependencies,
  { InstanceId, DeliveryId }: Input<'WithdrawDelivery'>,
  { caller }: Call,
): Promise<Output<'WithdrawDelivery'>> {
  const { store, directory } = dependencies;
  await directory.instance(InstanceId);
  checkApplication(await findDelivery(store, InstanceId, DeliveryId), caller);
  const reason: LogReason = 'withdrawn-on-request';
  const result = await store.withdraw(InstanceId, DeliveryId, reason);
  if (result === 'withdrawn') {
    dependencies.onRevoked(DeliveryId);
    store.hint('revoked', DeliveryId);
  }
  const entry = await findDelivery(store, InstanceId, DeliveryId);
  if (result === 'ended' && entry.reason !== reason)
    throw refuse(
      entry.status === 'skipped'
        ? `The delivery never started: ${explainReason(entry.reason ?? '')}`
        : `The delivery has ended: it is ${entry.status}. Only a waiting delivery can be withdrawn.`,
    );
  return { Delivery: toDelivery(entry, dependencies) };
}

const refuse = (message: string): ServiceError =>
  new ServiceError('ConditionalOperationFailedException', message);

/** A key that is limited to applications may act only on their deliveries. */
function checkApplication({ lane }: LoggedDelivery, { accessKeyId, applications }: Call['caller']): void {
  if (applications === 'all' || (lane !== undefined && applications.has(parseLane(lane).applicationArn)))
    return;
  throw new ServiceError(
    'AccessDeniedException',
    `The settings of the key ${accessKeyId} do not list the application of the delivery.`,
  );
}

function whyNothingIsKept({ status, reason }: LoggedDelivery): string {
  if (status === 'accepted') return 'The gateway accepted the delivery: it is never pushed twice.';
  if (status === 'skipped')
    return `The delivery never started, so there is nothing to replay: ${explainReason(reason ?? '')}`;
  const because = reason === undefined ? '' : ` ${explainReason(reason)}`;
  return `The delivery is ${status}, and its content was erased then.${because}`;
}

/** The current registration. Refuses if nothing may be sent to it. */
async function registrationOf(
  { store, fingerprintOf }: OperationDependencies,
  instanceId: string,
  { contactId, registrationId = '' }: LoggedDelivery,
): Promise<Registration> {
  const { document } = await findContact(store, { instanceId, contactId });
  const registration = document && registrationIn(document, registrationId);
  if (registration === undefined)
    throw refuse(`The registration ${registrationId} was deleted: nothing is pushed to its device any more.`);
  const { deviceType, applicationArn } = registration;
  if (fingerprintOf(registration) === undefined)
    throw refuse(`The application ${applicationArn} has no ${deviceType} channel: set it up, then replay.`);
  if (isSuspended(registration, fingerprintOf))
    throw refuse(
      `The registration ${registrationId} is suspended, because the gateway refused its device token: register the device again, or correct the channel, then replay.`,
    );
  return registration;
}
