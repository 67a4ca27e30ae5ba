// What phones would show for a message, without sending it. The service builds the payloads; the emulator's rules for lock
// screens draw them.
import { useState } from 'preact/hooks';
import type { ParticipantRole, PreviewPushRequest, PreviewPushResponse } from '@chatpush/client';
import type { Gateway } from '@chatpush/emulator';
import { lightUp } from '@chatpush/emulator/screen';
import { ApplicationOptions } from '../../components/application-options.tsx';
import { Json } from '../../components/json.tsx';
import { LockScreen } from '../../components/lock-screen.tsx';
import { KINDS } from '../../kinds.ts';
import { parsed } from '../../payload.ts';
import { newPhone } from '../../phone.ts';
import { previewPush, type Access } from '../../service.ts';
import { useRefreshed } from '../../use-refreshed.ts';
import { applicationName } from '../../words.ts';
import { explainReason } from 'chatpush/explain';

const AUTHORS: Readonly<Record<Exclude<ParticipantRole, 'SUPERVISOR'>, string>> = {
  AGENT: 'Agent',
  CUSTOM_BOT: 'Bot',
  SYSTEM: 'System',
  CUSTOMER: 'Customer',
};

const GATEWAYS: Readonly<Record<string, Gateway>> = {
  APNS: 'apns',
  APNS_SANDBOX: 'apns-sandbox',
  GCM: 'fcm',
};

/** A preview changes with its message, and seldom otherwise: only when an application is set up anew. */
const EVERY_MS = 3_600_000;

export function Preview({ applications, access }: { applications: readonly string[]; access: Access }) {
  const [chosen, setChosen] = useState('');
  const pinpointAppArn = applications.includes(chosen) ? chosen : (applications[0] ?? '');
  const [message, setMessage] = useState<Omit<PreviewPushRequest, 'pinpointAppArn'>>({
    type: KINDS[0].type,
    contentType: KINDS[0].contentType,
    content: KINDS[0].sample,
    participantRole: 'AGENT',
    displayName: 'Ana',
    includeRawMessage: true,
  });
  const change = (part: Partial<PreviewPushRequest>): void => setMessage({ ...message, ...part });
  const wanted = { ...message, pinpointAppArn };
  const { answer, problem } = useRefreshed(
    {
      of: pinpointAppArn,
      text: JSON.stringify(wanted),
      ask: pinpointAppArn === '' ? undefined : () => previewPush(access, wanted),
    },
    EVERY_MS,
  );
  if (applications.length === 0) return null;
  const kind = KINDS.find(
    ({ type, contentType }) => type === message.type && contentType === message.contentType,
  );
  return (
    <section class="panel" aria-labelledby="preview-title">
      <h2 id="preview-title">Preview</h2>
      <p class="hint">What phones would show for a message. Nothing is sent or stored.</p>
      <div class="preview">
        <form onSubmit={(event) => event.preventDefault()}>
          <label>
            Application
            <select value={pinpointAppArn} onChange={(event) => setChosen(event.currentTarget.value)}>
              <ApplicationOptions arns={applications} />
            </select>
          </label>
          <label>
            Kind
            <select
              value={kind?.name ?? ''}
              onChange={({ currentTarget: { value } }) => {
                const { type, contentType, sample } = KINDS.find(({ name }) => name === value) ?? KINDS[0];
                change({ type, contentType, content: sample });
              }}
            >
              {kind === undefined && <option value="">Other</option>}
              {KINDS.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Content type
            <input
              type="text"
              required
              maxLength={100}
              spellcheck={false}
              value={message.contentType}
              onInput={(event) => change({ contentType: event.currentTarget.value })}
            />
          </label>
          <label>
            {message.type === 'ATTACHMENT' ? 'File name' : 'Content'}
            <textarea
              rows={4}
              dir="auto"
              value={message.content}
              onInput={(event) => change({ content: event.currentTarget.value })}
            />
          </label>
          <div class="pair">
            <label>
              Written by
              <select
                value={message.participantRole}
                onChange={(event) =>
                  change({ participantRole: event.currentTarget.value as ParticipantRole })
                }
              >
                {Object.entries(AUTHORS).map(([role, name]) => (
                  <option key={role} value={role}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Name
              <input
                type="text"
                maxLength={256}
                dir="auto"
                value={message.displayName}
                onInput={(event) => change({ displayName: event.currentTarget.value })}
              />
            </label>
          </div>
          <label class="check">
            <input
              type="checkbox"
              checked={message.includeRawMessage}
              onChange={(event) => change({ includeRawMessage: event.currentTarget.checked })}
            />
            Notifications show the message’s text
          </label>
        </form>
        <div class="previews" aria-live="polite">
          {problem !== undefined ? (
            <p class="problem" role="alert">
              {problem}
            </p>
          ) : (
            answer !== undefined && <Drawn answer={answer} app={applicationName(pinpointAppArn)} />
          )}
        </div>
      </div>
    </section>
  );
}

function Drawn({ answer: { previews, reason }, app }: { answer: PreviewPushResponse; app: string }) {
  const nowMs = Date.now();
  if (reason !== undefined) return <p class="summary">No push. {explainReason(reason)}</p>;
  if (previews.length === 0) return <p class="hint">The application has no channels.</p>;
  // Both of Apple's gateways receive the same payload.
  const distinct = Map.groupBy(previews, ({ payload }) => payload);
  return (
    <>
      {[...distinct].map(([text, same]) => {
        const name = same.map(({ deviceType }) => deviceType).join(', ');
        // The body of every gateway is an object.
        const payload = parsed(text) as Readonly<Record<string, unknown>>;
        const { deviceType } = same[0]!;
        const notification = {
          n: 1,
          receivedAt: nowMs,
          gateway: GATEWAYS[deviceType] ?? 'fcm',
          app,
          headers: {},
          payload,
        };
        const phone = {
          ...newPhone({ deviceToken: deviceType, deviceType, app }, 0),
          shown: lightUp([], notification, nowMs),
        };
        return (
          <article key={name} aria-label={`Preview for ${name}`}>
            <div class="phone" data-kind={deviceType === 'GCM' ? 'android' : 'iphone'} data-state="on">
              <LockScreen phone={phone} nowMs={nowMs} />
            </div>
            <div class="payload">
              <h3>
                {name} <small>{new TextEncoder().encode(text).length.toLocaleString('en')} bytes</small>
              </h3>
              <Json value={payload} />
            </div>
          </article>
        );
      })}
    </>
  );
}
