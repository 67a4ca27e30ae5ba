// Deliveries as a table, newest first.
import type { Delivery } from '@chatpush/client';
import { hrefOf, type DeliveriesAddress } from '../../address.ts';
import type { Access } from '../../service.ts';
import { dateTime, DEVICE_NAMES } from '../../words.ts';
import { explain, moodOf } from '../contact/timeline.ts';
import { Actions } from './actions.tsx';

/** The column has room for one word. */
const WORDS: Readonly<Record<Delivery['status'], string>> = {
  queued: 'Waiting',
  accepted: 'Accepted',
  rejected: 'Refused',
  expired: 'Expired',
  withdrawn: 'Withdrawn',
  skipped: 'Not pushed',
};

interface Props {
  deliveries: readonly Delivery[];
  address: DeliveriesAddress;
  access: Access;
  onDone: (said: string) => void;
}

export function List({ deliveries, address, access, onDone }: Props) {
  return (
    <div class="table deliveries">
      <table>
        <thead>
          <tr>
            <th scope="col">Created</th>
            <th scope="col">Status</th>
            <th scope="col">Contact</th>
            <th scope="col">Channel</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <Row key={delivery.deliveryId} {...{ delivery, address, access, onDone }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ delivery, address, access, onDone }: Omit<Props, 'deliveries'> & { delivery: Delivery }) {
  const { deliveryId, contactId, createdAt, status, reason, attemptCount, deviceType } = delivery;
  const why = status === 'accepted' ? undefined : explain(delivery)?.why;
  return (
    <tr>
      <td>
        <a href={hrefOf({ ...address, deliveryId })}>
          <time dateTime={createdAt}>{dateTime(createdAt).replace(/\.\d+$/, '')}</time>
        </a>
      </td>
      <td>
        <span class="mood" data-mood={moodOf(delivery)}>
          {WORDS[status]}
        </span>
        {reason !== undefined && (
          <>
            {' '}
            <a class="reason" href={hrefOf({ ...address, deliveryId: undefined, reason })}>
              <code>{reason}</code>
            </a>
          </>
        )}
        {why !== undefined && <small>{why}</small>}
      </td>
      <td class="id">
        <a href={hrefOf({ view: 'contacts', contactId, instanceId: address.instanceId })}>
          <bdi>{contactId}</bdi>
        </a>
      </td>
      <td>{deviceType === undefined ? '–' : DEVICE_NAMES[deviceType]}</td>
      <td class="number">{attemptCount}</td>
      <td>
        <Actions delivery={delivery} access={access} onDone={onDone} />
      </td>
    </tr>
  );
}
