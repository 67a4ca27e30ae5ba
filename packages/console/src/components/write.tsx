// Starts and ends a chat, writes into it as agent, bot or system, and shows when each phone lit up.
import { useState } from 'preact/hooks';
import type { ParticipantRole } from '@chatpush/client';
import { KINDS } from '../kinds.ts';
import type { Live } from '../live.ts';
import { endChat, startChat, write } from '../service.ts';
import { endAsCode, messageAsCode, startAsCode } from '../as-code.ts';
import { hrefOf } from '../address.ts';
import { AsCode } from './as-code.tsx';
import type { Written } from '../written.ts';
import { duration, shortToken } from '../words.ts';
import type { RegisteringProps } from './register.tsx';

const WRITERS: readonly { role: ParticipantRole; label: string; displayName: string }[] = [
  { role: 'AGENT', label: 'Agent', displayName: 'Ana' },
  { role: 'CUSTOM_BOT', label: 'Bot', displayName: 'Support bot' },
  { role: 'SYSTEM', label: 'System', displayName: 'Support' },
];

/** How many written messages are shown; the delivery log has all of them. */
const DRAWN_WRITTEN = 5;

export function Write({ live, state, access, contactId, onContact }: RegisteringProps & { live: Live }) {
  const [chat, setChat] = useState<{ said?: string; problem?: string }>({});
  const [writer, setWriter] = useState(WRITERS[0]!);
  const [kind, setKind] = useState(KINDS[0]);
  const [content, setContent] = useState(KINDS[0].sample);

  const send = async (): Promise<void> => {
    const { displayName, role } = writer;
    const written: Written = {
      eventId: `page-${Date.now()}-${crypto.getRandomValues(new Uint32Array(2)).join('')}`,
      contactId,
      displayName,
      content,
      writtenAt: Date.now(),
      arrivals: [],
    };
    const { eventId } = written;
    setContent('');
    live.change({ type: 'wrote', written });
    try {
      const { deliveries, reason } = await write(access, written, role, kind);
      const afterMs = Date.now() - written.writtenAt;
      live.change({ type: 'answered', eventId, answer: { afterMs, deliveries, reason } });
    } catch (error) {
      live.change({ type: 'answered', eventId, answer: { error: (error as Error).message } });
    }
  };
  const tell = (what: Promise<string>): void => {
    what.then(
      (said) => setChat({ said }),
      (error: Error) => setChat({ problem: error.message }),
    );
  };
  const start = async (): Promise<string> => {
    const started = await startChat(access);
    onContact(started);
    return `Contact ${started} started. Register a phone for it.`;
  };
  const end = async (): Promise<string> => {
    await endChat(access, contactId);
    return `Contact ${contactId} ended. Its registrations are deleted, and it gets no more pushes.`;
  };
  return (
    <section class="panel" aria-labelledby="write-title">
      <h2 id="write-title">Write</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <fieldset class="choice">
          <legend>As</legend>
          {WRITERS.map((one) => (
            <label key={one.role}>
              <input type="radio" name="writer" checked={one === writer} onChange={() => setWriter(one)} />
              {one.label}
            </label>
          ))}
        </fieldset>
        <label>
          To contact
          <input
            type="text"
            required
            maxLength={256}
            value={contactId}
            onInput={(event) => onContact(event.currentTarget.value)}
          />
        </label>
        <div class="links">
          <button type="button" class="quiet" onClick={() => tell(start())}>
            Start a chat
          </button>
          <button type="button" class="quiet" disabled={contactId === ''} onClick={() => tell(end())}>
            End this chat
          </button>
          {contactId !== '' && (
            <a href={hrefOf({ view: 'contacts', contactId, instanceId: access.instanceId })}>
              View delivery log
            </a>
          )}
        </div>
        <label>
          Kind
          <select
            value={kind.name}
            onChange={({ currentTarget: { value } }) => {
              const chosen = KINDS.find(({ name }) => name === value) ?? KINDS[0];
              setKind(chosen);
              setContent(chosen.sample);
            }}
          >
            {KINDS.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {kind.type === 'ATTACHMENT' ? 'File' : 'Message'}
          <input
            type="text"
            required
            maxLength={4000}
            dir="auto"
            value={content}
            onInput={(event) => setContent(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="first">
          Send
        </button>
      </form>
      <p class="hint" role="status">
        {chat.said}
      </p>
      {chat.problem !== undefined && (
        <p class="problem" role="alert">
          {chat.problem}
        </p>
      )}
      <AsCode
        what="message"
        code={messageAsCode({
          ...access,
          endpoint: location.origin,
          contactId,
          content: content || 'Hello',
          kind,
          ...writer,
        })}
      />
      <AsCode what="start of a chat" code={startAsCode({ ...access, endpoint: location.origin })} />
      {contactId !== '' && (
        <AsCode
          what="end of the chat"
          code={endAsCode({ ...access, endpoint: location.origin, contactId })}
        />
      )}
      <ol class="written" aria-label="Messages written here, newest first" aria-live="polite">
        {state.written.slice(0, DRAWN_WRITTEN).map((written) => (
          <li key={written.eventId}>
            <span class="text" dir="auto">
              {written.displayName}: {written.content}
            </span>
            <Became written={written} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Became({ written: { answer, arrivals } }: { written: Written }) {
  if (answer !== undefined && 'error' in answer) return <span class="problem">{answer.error}</span>;
  const devices = answer?.deliveries === 1 ? '1 phone' : `${answer?.deliveries} phones`;
  return (
    <small>
      {answer === undefined
        ? 'sending…'
        : answer.deliveries === 0
          ? `no push: ${answer.reason ?? 'no device'}`
          : `accepted in ${duration(answer.afterMs)} for ${devices}`}
      {arrivals.map(({ deviceToken, afterMs }) => (
        <span key={deviceToken}>
          {' '}
          · <code>{shortToken(deviceToken)}</code> lit up after {duration(afterMs)}
        </span>
      ))}
    </small>
  );
}
