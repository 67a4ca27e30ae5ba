// One contact: its devices, and the outcome of every message.
import { useState } from 'preact/hooks';
import type { Registration } from '@chatpush/client';
import type { Access } from '../../service.ts';
import type { State } from '../../state.ts';
import { applicationName, dateTime, DEVICE_NAMES } from '../../words.ts';
import { summaryOf, timelineOf } from './timeline.ts';
import { Messages } from './messages.tsx';
import { useContact } from './use-contact.ts';

interface Props {
  contactId: string;
  access: Access;
  /** Whether the signed-in key may read the instance. */
  mayExist: boolean;
  state: State;
}

export function Contact({ contactId, access, mayExist, state }: Props) {
  const [pages, setPages] = useState(1);
  const {
    contact,
    isUnknown = false,
    problem,
  } = useContact(state, mayExist ? access : undefined, contactId, pages);
  if (problem !== undefined)
    return (
      <p class="problem" role="alert">
        {problem}
      </p>
    );
  if (isUnknown)
    return (
      <p class="panel">
        The service knows no contact <strong class="id">{contactId}</strong>. No device is registered for it
        and no message arrived in the last 7 days, or both happened under another ID.
      </p>
    );
  if (contact === undefined) return <p class="hint">Loading…</p>;
  const { registrations, deliveries, hasMore } = contact;
  const timeline = timelineOf(deliveries);
  return (
    <>
      <p class="summary" role="status">
        {summaryOf(timeline, registrations)}
      </p>
      <section class="panel" aria-labelledby="registrations-title">
        <h2 id="registrations-title">
          Registrations <span class="count">{registrations?.length ?? 0}</span>
        </h2>
        <Registrations registrations={registrations ?? []} />
      </section>
      <section class="panel" aria-labelledby="timeline-title">
        <h2 id="timeline-title">
          Messages <span class="count">{timeline.length}</span>
        </h2>
        <Messages timeline={timeline} registrations={registrations ?? []} />
        {hasMore && (
          <p class="more">
            <button type="button" onClick={() => setPages(pages + 1)}>
              Show older
            </button>
          </p>
        )}
      </section>
    </>
  );
}

function Registrations({ registrations }: { registrations: readonly Registration[] }) {
  if (registrations.length === 0) return <p class="hint">No device is registered.</p>;
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Registered devices">
      <table>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Status</th>
            <th scope="col">Application</th>
            <th scope="col">Since</th>
            <th scope="col">Registration</th>
          </tr>
        </thead>
        <tbody>
          {registrations.map(
            ({
              registrationId,
              deviceType,
              deviceToken,
              status,
              pinpointAppArn,
              createdAt,
              includeRawMessage,
            }) => (
              <tr key={registrationId}>
                <td>
                  {DEVICE_NAMES[deviceType]} <code>{deviceToken}</code>
                </td>
                <td>
                  <span class="mood" data-mood={status === 'ACTIVE' ? 'good' : 'bad'}>
                    {status === 'ACTIVE' ? 'Active' : 'Suspended'}
                  </span>
                  {status === 'SUSPENDED' && (
                    <small>
                      The gateway rejected its token. Nothing is sent until the device registers again or the
                      channel changes.
                    </small>
                  )}
                  {!includeRawMessage && <small>Message text is hidden.</small>}
                </td>
                <td title={pinpointAppArn}>{applicationName(pinpointAppArn)}</td>
                <td>{dateTime(createdAt)}</td>
                <td>
                  <code>{registrationId}</code>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
