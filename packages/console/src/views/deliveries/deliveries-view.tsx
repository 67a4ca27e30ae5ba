// All deliveries of an instance, live: filtered by the address, counted per minute, each with its details.
import { useEffect, useState } from 'preact/hooks';
import { go, type DeliveriesAddress } from '../../address.ts';
import type { ChannelOnPage } from '../../channels.ts';
import { AccessFields, InstanceField } from '../../components/access-fields.tsx';
import type { RegisteringProps } from '../../components/register.tsx';
import { maySee } from '../../session.ts';
import { Chart } from './chart.tsx';
import { Filters, Tabs } from './filters.tsx';
import { List } from './list.tsx';
import { Opened } from './opened.tsx';
import { useDeliveries } from './use-deliveries.ts';

interface Props extends Pick<RegisteringProps, 'state' | 'session' | 'access' | 'onAccess'> {
  address: DeliveriesAddress;
  channels: readonly ChannelOnPage[];
}

export function DeliveriesView({ address, channels, state, session, access, onAccess }: Props) {
  const instanceId = address.instanceId ?? access.instanceId;
  const mayExist = session === undefined || maySee(session, instanceId);
  const { status, reason, applicationArn, deviceType, from, to, deliveryId } = address;
  const filter = { status, reason, pinpointAppArn: applicationArn, deviceType, startTime: from, endTime: to };
  const of = JSON.stringify([instanceId, filter]);
  const [pages, setPages] = useState(1);
  useEffect(() => setPages(1), [of]);
  const [done, setDone] = useState({ count: 0, said: '' });
  const onDone = (said: string): void => setDone(({ count }) => ({ count: count + 1, said }));
  const ours = { ...access, instanceId };
  const { deliveries, hasMore, counts, opened, problem } = useDeliveries(
    mayExist && instanceId !== '' ? { access: ours, filter, pages, deliveryId } : undefined,
    `${state.requestCount} ${done.count}`,
  );
  const acting = { address, access: ours, onDone };
  return (
    <>
      <div class="toolbar">
        <h1>Deliveries</h1>
        <form class="lookup" onSubmit={(event) => event.preventDefault()}>
          {session === undefined ? (
            <AccessFields access={access} session={session} onAccess={onAccess} />
          ) : (
            <InstanceField access={access} session={session} onAccess={onAccess} />
          )}
        </form>
      </div>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {counts !== undefined && counts.length > 0 && <Chart counts={counts} address={address} />}
      <section class="panel" aria-label="Deliveries">
        <Tabs address={address} />
        <Filters address={address} channels={channels} />
        <p class="unseen" role="status">
          {done.said}
        </p>
        {deliveries === undefined && problem === undefined && (
          <p class="hint">{instanceId === '' ? 'Choose an instance.' : 'Loading…'}</p>
        )}
        {deliveries?.length === 0 && (
          <p class="hint">
            {hasMore
              ? 'No match among the newest deliveries. Older ones may match.'
              : 'No deliveries match in the last 7 days.'}
          </p>
        )}
        {deliveries !== undefined && deliveries.length > 0 && <List deliveries={deliveries} {...acting} />}
        {hasMore && (
          <p class="more">
            <button type="button" onClick={() => setPages(pages + 1)}>
              Older
            </button>
          </p>
        )}
      </section>
      {deliveryId !== undefined && (
        <Opened
          key={deliveryId}
          delivery={opened?.deliveryId === deliveryId || opened === null ? opened : undefined}
          {...acting}
          onClose={() => go({ ...address, deliveryId: undefined }, 'replace')}
        />
      )}
    </>
  );
}
