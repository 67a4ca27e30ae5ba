// The outcome of every message, attempt by attempt, with the reason in plain words.
import type { Delivery, Registration } from '@chatpush/client';
import { CopyButton } from '../../components/copy-button.tsx';
import { clockTime, dateTime, DEVICE_NAMES, duration } from '../../words.ts';
import { explain, moodOf, STATUS_WORDS, type Told } from './timeline.ts';

interface Props {
  timeline: readonly Told[];
  registrations: readonly Registration[];
}

export function Messages({ timeline, registrations }: Props) {
  if (timeline.length === 0) return <p class="hint">No messages in the last 7 days.</p>;
  const devices = new Map(
    registrations.map(({ registrationId, deviceType, deviceToken }) => [
      registrationId,
      `${DEVICE_NAMES[deviceType]} ${deviceToken}`,
    ]),
  );
  return (
    <ol class="timeline">
      {timeline.map(({ messageId, at, deliveries }) => (
        <li key={messageId}>
          <h3>
            <time dateTime={at}>{dateTime(at)}</time> Message <code>{messageId}</code>{' '}
            <CopyButton text={messageId} what="message id" />
          </h3>
          <ul>
            {deliveries.map((delivery) => (
              <DeliveryTold
                key={delivery.deliveryId}
                delivery={delivery}
                device={delivery.registrationId && devices.get(delivery.registrationId)}
              />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

export function DeliveryTold({ delivery, device }: { delivery: Delivery; device: string | undefined }) {
  const { deliveryId, registrationId, status, reason, attempts, attemptCount, createdAt, expiresAt } =
    delivery;
  const explanation = explain(delivery);
  const left = attemptCount - attempts.length;
  return (
    <li class="delivery">
      <p>
        <span class="mood" data-mood={moodOf(delivery)}>
          {STATUS_WORDS[status]}
        </span>
        {reason !== undefined && <code class="reason">{reason}</code>}
        {registrationId !== undefined && (
          <span class="whom">
            {device ?? (
              <>
                a device that is no longer registered, <code>{registrationId}</code>
              </>
            )}
          </span>
        )}
      </p>
      {status === 'queued' && expiresAt !== undefined && (
        <p class="why">
          Waiting. It expires at <time dateTime={expiresAt}>{dateTime(expiresAt)}</time>.
        </p>
      )}
      {explanation !== undefined && (
        <p class="why">
          {explanation.why}
          {explanation.cure !== undefined && <> How to fix it: {explanation.cure}.</>}
        </p>
      )}
      {attempts.length > 0 && (
        <ol class="attempts" aria-label="Attempts">
          {attempts.map(({ at, outcome, gateway, answer }, index) => (
            <li key={`${at} ${index}`}>
              <time
                dateTime={at}
                title={`${duration(Date.parse(at) - Date.parse(createdAt))} after the message arrived`}
              >
                {clockTime(Date.parse(at))}
              </time>{' '}
              {gateway}: {outcome}
              {answer !== undefined && <>, {answer}</>}
              {/* The log keeps the first two and the last eight. */}
              {left > 0 && index === 1 && <em> … {left} more attempts …</em>}
            </li>
          ))}
        </ol>
      )}
      <p class="ids">
        Delivery <code>{deliveryId}</code> <CopyButton text={deliveryId} what="delivery id" />
      </p>
    </li>
  );
}
