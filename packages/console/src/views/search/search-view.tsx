// The results for an id or a text: contacts, phones, notifications, refused requests.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { go, hrefOf } from '../../address.ts';
import type { Access } from '../../service.ts';
import type { Session } from '../../session.ts';
import type { State } from '../../state.ts';
import { useAnswer } from '../../use-answer.ts';
import { clockTime, GATEWAY_NAMES } from '../../words.ts';
import { find, type Hit } from './find.ts';

interface Props {
  text: string;
  access: Access;
  session: Session | undefined;
  state: State;
}

const KINDS: Readonly<Record<Hit['kind'], string>> = {
  contact: 'Contact',
  delivery: 'Delivery',
  phone: 'Phone',
  registration: 'Registration',
  notification: 'Notification',
  request: 'Request',
};

export function SearchView({ text, access, session, state }: Props) {
  const { hasService, hasPhones } = state;
  const { answer: hits, problem } = useAnswer(
    () => find(text, access, session, state),
    [text, hasService, hasPhones],
  );
  const only = hits?.length === 1 ? hits[0] : undefined;
  useEffect(() => {
    if (only !== undefined) go(only.address, 'replace');
  }, [only]);
  return (
    <>
      <div class="toolbar">
        <h1>
          Search: <span class="id">{text}</span>
        </h1>
      </div>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {hits === undefined && problem === undefined && <p class="hint">Searching…</p>}
      {hits?.length === 0 && (
        <p class="panel" role="status">
          No results. A contact is found by any of its IDs for 7 days after its last message
          {!hasPhones
            ? '.'
            : hasService
              ? '; tokens, message and delivery ids as long as the emulator keeps the request.'
              : '; tokens and ids within a payload as long as the emulator keeps the request.'}
        </p>
      )}
      {hits !== undefined && hits.length > 1 && (
        <ul class="panel hits">
          {hits.map((hit) => (
            <li key={hrefOf(hit.address)}>
              <a href={hrefOf(hit.address)}>
                <span class="kind">{KINDS[hit.kind]}</span>{' '}
                <span>
                  <Words hit={hit} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Words({ hit }: { hit: Hit }): ComponentChildren {
  switch (hit.kind) {
    case 'contact':
    case 'delivery':
    case 'phone':
    case 'registration':
      return <span class="id">{hit.id}</span>;
    case 'notification':
      return `${hit.n}, ${GATEWAY_NAMES[hit.gateway]}, ${clockTime(hit.at)}`;
    case 'request':
      return `${hit.n}, ${GATEWAY_NAMES[hit.gateway]}, ${clockTime(hit.at)}: ${hit.verdict}`;
  }
}
