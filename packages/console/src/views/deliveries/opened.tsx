// One delivery: its status, its attempts, and its actions.
import type { Delivery } from '@chatpush/client';
import { hrefOf, type DeliveriesAddress } from '../../address.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Drawer } from '../../components/drawer.tsx';
import type { Access } from '../../service.ts';
import { dateTime, DEVICE_NAMES } from '../../words.ts';
import { DeliveryTold } from '../contact/messages.tsx';
import { Actions } from './actions.tsx';

interface Props {
  /** Undefined while loading; null if there is no such delivery. */
  delivery: Delivery | null | undefined;
  address: DeliveriesAddress;
  access: Access;
  onDone: (said: string) => void;
  onClose: () => void;
}

export function Opened({ delivery, address, access, onDone, onClose }: Props) {
  return (
    <Drawer title="Delivery" onClose={onClose}>
      {delivery === undefined && <p class="hint">Loading…</p>}
      {delivery === null && (
        <p>
          The instance has no delivery <strong class="id">{address.deliveryId}</strong>. Deliveries are kept
          for 7 days.
        </p>
      )}
      {delivery && (
        <>
          <ul class="timeline">
            <DeliveryTold
              delivery={delivery}
              device={delivery.deviceType && DEVICE_NAMES[delivery.deviceType]}
            />
          </ul>
          <Facts delivery={delivery} address={address} />
          {(delivery.canReplay || delivery.status === 'queued') && (
            <Actions delivery={delivery} access={access} onDone={onDone} />
          )}
        </>
      )}
    </Drawer>
  );
}

function Facts({ delivery, address }: { delivery: Delivery; address: DeliveriesAddress }) {
  const { contactId, messageId, createdAt, expiresAt, status, pinpointAppArn, registrationId } = delivery;
  return (
    <dl class="about">
      <dt>Contact</dt>
      <dd class="id">
        <a href={hrefOf({ view: 'contacts', contactId, instanceId: address.instanceId })}>
          <bdi>{contactId}</bdi>
        </a>
      </dd>
      <dt>Message</dt>
      <dd class="id">
        <bdi>{messageId}</bdi> <CopyButton text={messageId} what="message id" />
      </dd>
      {registrationId !== undefined && (
        <>
          <dt>Registration</dt>
          <dd class="id">{registrationId}</dd>
        </>
      )}
      {pinpointAppArn !== undefined && (
        <>
          <dt>Application</dt>
          <dd class="id">{pinpointAppArn}</dd>
        </>
      )}
      <dt>Created</dt>
      <dd>{dateTime(createdAt)}</dd>
      {expiresAt !== undefined && (
        <>
          <dt>{status === 'queued' ? 'Waiting until' : 'Expires'}</dt>
          <dd>{dateTime(expiresAt)}</dd>
        </>
      )}
    </dl>
  );
}
