// The brand, the search box, and the state of the connection.
import { gatewaysInWords, type ChannelOnPage } from '../channels.ts';
import { signOut, type Session } from '../session.ts';
import type { State } from '../state.ts';
import { SearchBox } from './search-box.tsx';

const CONNECTION = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost. Retrying…',
} as const;

export const Brand = () => (
  <p class="brand">
    <img src="./icon.svg" alt="" width="26" height="26" /> chatpush
  </p>
);

interface Props {
  state: State;
  channels: readonly ChannelOnPage[];
  session: Session | undefined;
  attempt: (what: Promise<unknown>) => void;
}

export function Header({ state, channels, session, attempt }: Props) {
  const { connection, hasService, isKnown } = state;
  const besides = hasService ? gatewaysInWords(channels) : 'emulator';
  return (
    <header>
      <Brand />
      <SearchBox state={state} />
      <div class="standing">
        <p class="connection" data-connection={connection}>
          {CONNECTION[connection]}
          {connection === 'live' && isKnown && <span class="where"> · {besides}</span>}
        </p>
        {session !== undefined && (
          <p class="whose">
            <span title={`Until ${new Date(session.expiresAt).toLocaleString('en-GB')}`}>
              <span class="where">Signed in as</span> <strong>{session.accessKeyId}</strong>
            </span>
            <button type="button" class="quiet" onClick={() => attempt(signOut())}>
              Sign out
            </button>
          </p>
        )}
      </div>
    </header>
  );
}
