// Where one is, and whether what one sees is live.
import { gatewaysInWords, type ChannelOnPage } from '../channels.ts';
import type { State } from '../state.ts';

const CONNECTION = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost; trying again…',
} as const;

interface HeaderProps {
  state: State;
  channels: readonly ChannelOnPage[];
  onForget: () => void;
}

export function Header({ state, channels, onForget }: HeaderProps) {
  const { connection, hasService, description, phoneCount } = state;
  const besides = hasService ? gatewaysInWords(channels) : 'emulator';
  return (
    <header>
      <h1>
        <img src="./icon.svg" alt="" width="26" height="26" /> chatpush <span>phones</span>
      </h1>
      <p class="connection" data-connection={connection}>
        {CONNECTION[connection]}
        {connection === 'live' && description !== undefined && <span class="where"> · {besides}</span>}
      </p>
      <button type="button" disabled={phoneCount === 0} onClick={onForget}>
        Forget all
      </button>
    </header>
  );
}
