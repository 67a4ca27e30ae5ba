// Where one is, the search, and whether what one sees is live.
import { gatewaysInWords, type ChannelOnPage } from '../channels.ts';
import type { State } from '../state.ts';
import { SearchBox } from './search-box.tsx';

const CONNECTION = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost; trying again…',
} as const;

export function Header({ state, channels }: { state: State; channels: readonly ChannelOnPage[] }) {
  const { connection, hasService, description } = state;
  const besides = hasService ? gatewaysInWords(channels) : 'emulator';
  return (
    <header>
      <p class="brand">
        <img src="./icon.svg" alt="" width="26" height="26" /> chatpush
      </p>
      <SearchBox hasService={hasService} />
      <p class="connection" data-connection={connection}>
        {CONNECTION[connection]}
        {connection === 'live' && description !== undefined && <span class="where"> · {besides}</span>}
      </p>
    </header>
  );
}
